import { givenThere } from '../../config/environment';
import type { CarryOptions } from './carry-desk';
import { type Side, describeSide } from './side';

/** Which command, and what is to be told of the other place. */
export interface Journey extends Pick<CarryOptions, 'from' | 'to' | 'mask'> {
  direction: 'lift' | 'land';
  /** The file of the other place. */
  file: string;
}

/** What the operator does now, in this order. */
export function nextSteps({ direction, from, to, file, mask }: Journey): string[] {
  return [
    `The desk is at ${describeSide(to)}. What it came from (${describeSide(from)}) is as it was and in maintenance.`,
    '',
    'Next:',
    `  1. ${direction === 'lift' ? setThere(to, file) : setHere()}`,
    `  2. ${direction === 'lift' ? `Start it there: pm2 start ecosystem.config.js --update-env; then: npm run doctor -- --url ${addressOf(to)}` : 'Start it here: npm start'}`,
    '  3. Sign in: sessions did not come along, everybody signs in once. Numbers of tickets go on where they were.',
    ...(mask
      ? [
          '     Names and texts are invented, files were left behind, and nobody has a password: npm run user:password',
        ]
      : []),
    ...(direction === 'lift'
      ? ['  4. Let the name of the desk point there. Stop the old server when nobody reads there any more.']
      : []),
    '',
    'To return:',
    direction === 'lift'
      ? '  As long as nobody has written at the new place: stop it, and here: npm run maintenance -- off'
      : '  The other place still has everything: there, npm run maintenance -- off',
    ...(direction === 'lift'
      ? [`  Later, with all that was written there: npm run land -- --from ${file}`]
      : []),
    '  Nothing was deleted at the source; remove it yourself when you need it no more.',
  ];
}

function setThere({ config }: Side, file: string): string {
  const fromSecret = config.secrets.SECRETS_PROVIDER === 'env' ? [] : ['what its secret holds'];
  const besides = [...givenThere(), ...fromSecret];
  return `Set there what ${file} says: NODE_ENV=${config.app.NODE_ENV}${besides.length > 0 ? `, and besides ${besides.join(', ')}` : ''}`;
}

const setHere = (): string => 'Nothing need be set: this place was configured for it already';

const addressOf = ({ config }: Side): string => config.http.FRONTEND_URL[0] ?? 'http://localhost:5000';
