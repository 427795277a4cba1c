import { givenThere } from '../../config/environment';
import { isStrict } from '../../config/config';
import { type Side, describeSide, fileWanted, isCalledAsWanted } from './side';

/** What was brought, and where to. */
export interface Arrival {
  direction: 'lift' | 'land';
  from: Side;
  to: Side;
  /** The file of the other place. */
  file: string;
  mask: boolean;
  /** Whether they are other ones than before. */
  bringsRows: boolean;
  bringsFiles: boolean;
  /** Files that the source had lost itself. */
  missing: number;
  /** Whether the source takes writes. */
  takesWrites: boolean;
}

/** What the operator does now, in this order. */
export function nextSteps(arrival: Arrival): string[] {
  const { from, to, mask, missing, takesWrites } = arrival;
  const steps = mask ? stepsOfCopy(arrival) : stepsOfMove(arrival);
  return [
    `The ${mask ? 'masked desk' : 'desk'} is at ${describeSide(to)}.`,
    `What it came from (${describeSide(from)}) is as it was. It ${takesWrites ? 'takes writes' : 'is in maintenance: people read there, and nothing is written'}.`,
    ...(missing > 0 ? [`${missing} files had been lost there before, and are missing here too.`] : []),
    '',
    'Next:',
    ...steps.map((step, index) => `  ${index + 1}. ${step.join('\n     ')}`),
    '',
    ...(mask ? [] : ['To return:', ...waysBack(arrival).map((way) => `  ${way}`), '']),
    'Nothing was deleted at the source; remove it yourself when you need it no more.',
  ];
}

/** Each in its lines. */
function stepsOfMove(arrival: Arrival): string[][] {
  const { direction, to, bringsRows } = arrival;
  const host = hostOf(to);
  return [
    direction === 'lift' ? setThere(arrival) : setHere(to),
    stop(arrival),
    ['Start the new one:', ...startOf(to)],
    ...(bringsRows
      ? []
      : [[`Let it take writes: both places have one database. ${commandOf(to, 'maintenance -- off')}`]]),
    [`Look at it: ${commandOf(to, `doctor -- --url ${addressOf(to)}`)}`],
    [
      bringsRows
        ? 'Sign in: sessions did not come along, everybody signs in once. Numbers of tickets go on where they were.'
        : 'Sign in: sessions go on, numbers of tickets too.',
    ],
    ...(host === null
      ? []
      : [
          [
            `If it is another machine: let ${host} point there, and stop the old server when nobody reads there.`,
          ],
        ]),
  ];
}

function stepsOfCopy({ to }: Arrival): string[][] {
  return [
    setHere(to),
    ['Start it:', ...startOf(to)],
    [
      'Names and texts are invented, files were left behind, and nobody has a password. Make somebody who signs in:',
      commandOf(to, 'user:create -- --role admin --email <address> --name <name>'),
    ],
  ];
}

function setThere({ to, file }: Arrival): string[] {
  const name = isCalledAsWanted(to) ? file : `${file}, called ${fileWanted(to)} there,`;
  const others = [`NODE_ENV=${to.config.app.NODE_ENV}`, ...givenThere()];
  const { secrets } = to.config;
  return [
    `Where it is to run: put ${name} into the folder of Liftdesk, and set ${others.join(', ')} in the environment of the server` +
      `${givenThere().length > 0 ? ' (what THERE_… had here)' : ''}.`,
    ...(isStrict(to.config.app.NODE_ENV)
      ? [
          'Under PM2 export them in the shell that starts it; under systemd they stand in the EnvironmentFile of the unit.',
        ]
      : []),
    ...(secrets.SECRETS_PROVIDER === 'aws'
      ? [`What the secret ${secrets.SECRETS_ID} holds comes from there.`]
      : []),
  ];
}

/** Two servers of one machine want the same port. */
function stop({ direction, from, to }: Arrival): string[] {
  if (direction === 'land')
    return ['Stop the server that runs here, if one does; where the desk was, let people read a while yet.'];
  const { PORT } = to.config.http;
  const both = from.config.http.PORT === PORT ? ` (both want port ${PORT})` : '';
  return [
    `Stop the old server, if the new one runs on the same machine${both}; else let people read there a while yet.`,
  ];
}

/** This command was configured as the server has to be. */
const setHere = (to: Side): string[] => [
  `Nothing need be set here but what this command had: NODE_ENV=${to.config.app.NODE_ENV}, ${describeSide(to)}.`,
];

function startOf(to: Side): string[] {
  const { NODE_ENV } = to.config.app;
  if (!isStrict(NODE_ENV)) return [prefixed(to, 'npm start')];
  return [
    `PM2: NODE_ENV=${NODE_ENV} pm2 start ecosystem.config.js --update-env`,
    'systemd: sudo systemctl restart <the unit of Liftdesk>',
  ];
}

function waysBack(arrival: Arrival): string[] {
  const { direction, from, file, bringsRows } = arrival;
  const where = direction === 'lift' ? 'here' : `in the place of ${file}`;
  if (!bringsRows)
    return [
      `Stop the new server, bring back the files that came meanwhile (npm run ${back(arrival)}),`,
      `start the old one and let it take writes, ${where}: ${commandOf(from, 'maintenance -- off')}`,
    ];
  return [
    'As long as nobody has written at the new place: stop the server there, start the old one where it was stopped, and',
    `let it take writes, ${where}: ${commandOf(from, 'maintenance -- off')}`,
    `Later, with all that was written since: npm run ${back(arrival)}, with ${[emptyOne(arrival), ...asNow(arrival)].join(', and ')}.`,
  ];
}

/** The journey in the other direction. */
const back = ({ direction, file }: Arrival): string =>
  direction === 'lift' ? `land -- --from ${file}` : `lift -- --to ${file}`;

/** The old database has the desk as it was: what comes back needs another. */
function emptyOne({ direction, from }: Arrival): string {
  const prefix = direction === 'lift' ? '' : 'THERE_';
  return from.config.database.type === 'sqlite'
    ? `${prefix}DATABASE_PATH naming a file that is not there yet`
    : `${prefix}DATABASE_URL naming an empty database`;
}

/** What the other place is given besides its file, unless it is what changes. */
function asNow({ direction }: Arrival): string[] {
  const names = givenThere().filter((name) => direction === 'lift' || !name.startsWith('DATABASE_'));
  return names.length > 0 ? [`${names.map((name) => `THERE_${name}`).join(', ')} as now`] : [];
}

const commandOf = (side: Side, command: string): string => prefixed(side, `npm run ${command}`);

const prefixed = ({ config }: Side, command: string): string =>
  config.app.NODE_ENV === 'development' ? command : `NODE_ENV=${config.app.NODE_ENV} ${command}`;

const addressOf = ({ config }: Side): string =>
  config.http.FRONTEND_URL[0] ?? `http://localhost:${config.http.PORT}`;

/** Null where people reach it by the name of this machine alone. */
function hostOf({ config }: Side): string | null {
  const [origin] = config.http.FRONTEND_URL;
  const host = origin === undefined ? 'localhost' : new URL(origin).hostname;
  return host === 'localhost' || /^127\./.test(host) ? null : host;
}
