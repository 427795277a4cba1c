import { readFileSync } from 'node:fs';

/** What a machine is rendered from: a line of /etc/liftdesk/machine.env each. No secret is among them. */

/** What a value may be, and how that is said. */
const kind = (takes, expected) => ({ takes, expected });
const SWITCH = kind(/^(on|off)$/, 'on or off');
const USER = kind(/^[a-z_][a-z0-9_-]{0,31}$/, 'the name of a user');
const PATH = kind(/^\/[\w./@-]*[\w@-]$/, 'a path that begins with / and has no spaces');
const PORT = kind(/^[1-9]\d{0,4}$/, 'the number of a port');
const NUMBER = kind(/^[1-9]\d*$/, 'a whole number above 0');
const NAME = kind(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, 'a name such as desk.example.com');
const REGION = kind(/^[a-z0-9-]+$/, 'a region such as us-east-1');
const GROUP = kind(/^[\w./#-]{1,512}$/, 'the name of a log group');
const NAMESPACE = kind(/^[\w./#:-]{1,255}$/, 'a namespace of CloudWatch');
const SECRET = kind(/^[\w/+=.@:-]*$/, 'the name or ARN of a secret, or nothing');
const EMAIL = kind(/^([^\s@]+@[^\s@]+)?$/, 'an address of e-mail, or nothing');
const DEVICE = kind(/^(\/dev\/[\w/-]+)?$/, 'a device such as /dev/sdf, or nothing');
const TIME = kind(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as 04:00');
const URL = kind(/^https?:\/\/[^\s/]+$/, 'an address such as https://desk.example.com');
const FILE = kind(/^(\/[\w./@-]*[\w@-])?$/, 'a path that begins with / and has no spaces, or nothing');
const HOST_AND_PORT = kind(/^[\w.:[\]-]+:\d+$/, 'host:port');
const oneOf = (...words) => kind(new RegExp(`^(${words.join('|')})$`), words.join(' or '));

/** Name, value unless set (made of those above it where it is a function; undefined: it must be set), kind, what it is. */
const ROWS = [
  ['APP_USER', 'ec2-user', USER, 'the user that the desk runs as'],
  ['APP_HOME', ({ APP_USER }) => `/home/${APP_USER}`, PATH, 'the home of that user'],
  ['APP_DIR', ({ APP_HOME }) => `${APP_HOME}/app`, PATH, 'where the desk and its data are'],
  ['DOMAIN', undefined, NAME, 'the name that people, or the CDN, find this machine by'],
  ['NODE_ENV', 'production', oneOf('production', 'staging'), 'which settings the desk reads'],
  [
    'NODE_MAJOR',
    '',
    oneOf('', '20', '22', '24'),
    'the version of Node; one that is there unless set, else 24',
  ],
  ['PORT', '5000', PORT, 'where the desk listens, on the loopback'],
  ['ENGINE', 'sqlite', oneOf('sqlite', 'postgres'), 'the database'],
  ['INSTANCES', '1', NUMBER, 'how many processes serve; one on SQLite'],
  ['MEMORY_LIMIT_MB', '400', NUMBER, 'PM2 restarts a process that grows beyond'],
  ['CDN', 'off', SWITCH, 'on: CloudFront stands before, and is believed who asks'],
  ['ORIGIN_SECRET_ID', '', SECRET, 'what CloudFront proves itself with, in Secrets Manager'],
  ['TLS', 'on', SWITCH, 'off: plain HTTP, behind what ends TLS'],
  [
    'CERTIFICATE_DIR',
    '/etc/liftdesk/certificate',
    PATH,
    'fullchain.pem and privkey.pem; a link follows the newest',
  ],
  ['ACME_EMAIL', '', EMAIL, "with it Let's Encrypt is asked for a certificate, and writes there"],
  ['ACME_DIR', '/var/www/liftdesk-acme', PATH, 'where certbot leaves its answers'],
  ['HTTP_PORT', '80', PORT, 'where nginx listens'],
  ['HTTPS_PORT', '443', PORT, 'where nginx listens for TLS'],
  ['IPV6', 'on', SWITCH, 'nginx listens on IPv6 too'],
  ['NGINX_USER', 'nginx', USER, "whom nginx' workers run as; www-data on Debian"],
  ['NGINX_PID', '/run/nginx.pid', PATH, "as the distribution's unit of nginx expects it"],
  ['NGINX_LOG_DIR', '/var/log/liftdesk', PATH, "root's, for nginx opens its logs as root"],
  ['TOOLS_DIR', '/opt/liftdesk-tools', PATH, 'PM2, and what else runs beside the desk'],
  ['PM2_HOME', ({ APP_HOME }) => `${APP_HOME}/.pm2`, PATH, 'where PM2 keeps what runs'],
  ['BACKUP_AT', '04:00', TIME, 'when a backup is made, by the clock of the machine'],
  ['AWS_REGION', 'us-east-1', REGION, 'the region'],
  ['LOG_GROUP', '/aws/ec2/support-ticket-api', GROUP, 'where files of logs are shipped to'],
  ['METRICS_NAMESPACE', 'SupportTicketApp', NAMESPACE, 'the namespace of the metrics'],
  ['SECURITY_UPDATES', 'on', SWITCH, 'the distribution installs its security updates by itself'],
  ['DATA_DEVICE', '', DEVICE, 'a disk for APP_DIR; formatted when blank'],
  [
    'SMOKE_URL',
    ({ TLS, DOMAIN }) => `http${TLS === 'on' ? 's' : ''}://${DOMAIN}`,
    URL,
    'what a release is tested at',
  ],
  [
    'SMOKE_CONNECT',
    ({ TLS, HTTP_PORT, HTTPS_PORT }) => `127.0.0.1:${TLS === 'on' ? HTTPS_PORT : HTTP_PORT}`,
    HOST_AND_PORT,
    'where that is reached from the machine',
  ],
  ['SMOKE_CA', '', FILE, 'PEM that vouches for a certificate which nobody else does'],
];

/** In the order in which they build on each other. */
export const VARIABLES = ROWS.map(([name, initial, { takes, expected }, is]) => ({
  name,
  initial,
  takes,
  expected,
  is,
}));

/** One line for each variable that is not right. */
export class VariablesError extends Error {
  constructor(problems) {
    super(problems.join('\n'));
    this.name = 'VariablesError';
  }
}

/**
 * `KEY=value` lines; blank ones and those that begin with # are passed over, quotes around a value go.
 * @param {string} text
 * @returns {Record<string, string>}
 */
export function parseVariables(text) {
  const given = {};
  const problems = [];
  text.split('\n').forEach((line, index) => {
    if (/^\s*(#|$)/.test(line)) return;
    const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined) problems.push(`line ${index + 1}: expected NAME=value`);
    else given[name] = value.replace(/^(["'])(.*)\1$/, '$2');
  });
  if (problems.length > 0) throw new VariablesError(problems);
  return given;
}

/**
 * Every variable with a value that may be rendered. Names that are none of ours are left out: the file may hold more.
 * @param {Record<string, string>} given
 * @throws {VariablesError} naming every one that is wrong
 */
export function completeVariables(given) {
  const all = {};
  const problems = [];
  for (const { name, initial, takes, expected } of VARIABLES) {
    const value = given[name] || (typeof initial === 'function' ? initial(all) : initial);
    all[name] = value ?? '';
    if (value === undefined) problems.push(`${name} is missing: expected ${expected}`);
    else if (!takes.test(value)) problems.push(`${name}=${value}: expected ${expected}`);
  }
  if (all.ENGINE === 'sqlite' && all.INSTANCES !== '1')
    problems.push(`INSTANCES=${all.INSTANCES}: SQLite serves one process; ENGINE=postgres serves more`);
  if (problems.length > 0) throw new VariablesError(problems);
  return all;
}

/** Names in a file that are none of ours: mistyped, perhaps. */
export function unknownVariables(given) {
  const known = new Set(VARIABLES.map(({ name }) => name));
  return Object.keys(given).filter((name) => !known.has(name));
}

/** @param {string} file */
export const readVariables = (file) => parseVariables(readFileSync(file, 'utf8'));
