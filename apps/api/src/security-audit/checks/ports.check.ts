import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { failure, ok } from '../../cli/doctor/check';
import { type AuditContext, headerOf, look, notChecked, type SecurityCheck } from '../audit-check';

/** What commonly listens on a machine like this one, and is for nobody outside. */
const COMMON: Readonly<Record<number, string>> = {
  21: 'FTP',
  22: 'SSH',
  23: 'Telnet',
  25: 'SMTP',
  111: 'portmapper',
  1433: 'SQL Server',
  2375: 'Docker',
  2379: 'etcd',
  3000: 'a program in development',
  3306: 'MySQL',
  4200: 'Angular in development',
  5000: 'the desk itself, past nginx',
  5001: 'a second process of the desk',
  5432: 'PostgreSQL',
  6379: 'Redis',
  8080: 'another web server',
  9090: 'Prometheus',
  9200: 'Elasticsearch',
  9229: 'the debugger of Node',
  9615: 'PM2’s health port',
  11211: 'memcached',
  27017: 'MongoDB',
};
const PATIENCE_MS = 3_000;
/** What CDNs write on each answer. */
const OF_CDNS = ['x-amz-cf-id', 'cf-ray', 'x-fastly-request-id'];

/**
 * Tries the host of the address, and no other.
 * @param isHere whether an address is this machine's own: from inside every port looks open
 */
export const portsCheck = (isHere = isOwnAddress): SecurityCheck => ({
  name: 'open-ports',
  asvs: ['13.2.4', '13.4.5'],
  timeoutMs: 15_000,
  run: async (context, signal) => {
    const { hostname } = context.remote.url;
    const found = await lookup(hostname.replace(/^\[|\]$/g, '')).catch(() => null);
    if (found === null) return notChecked(`${hostname} has no address here`);
    if (isHere(found.address))
      return notChecked(`${hostname} is this machine: ask from another one, as strangers come`);
    // Where nothing gets through from here, all ports look closed.
    if (!(await isOpen(found.address, ownPort(context.remote.url))))
      return notChecked(`${found.address} cannot be reached from here, not even at the port of the address`);
    if (await isOfCdn(context, signal))
      return notChecked(
        `${found.address} is a CDN’s, and says nothing of the machine behind it: ask by its own name, such as --url https://origin.${hostname} --only open-ports`,
      );
    const open = await openPorts(found.address, portsToTry(context));
    if (open.length === 0)
      return ok(`none of ${Object.keys(COMMON).length} common ports is open at ${found.address}`);
    return failure(
      `open at ${found.address}: ${open.map((port) => `${port} (${COMMON[port]})`).join(', ')}`,
      {
        cause: 'the security group lets everybody in, or this address in particular',
        fix: 'leave 80 and 443 open; SSH through Session Manager, or for your address alone and then --allow-port 22 from there',
      },
    );
  },
});

const ownPort = ({ port, protocol }: URL): number => Number(port) || (protocol === 'https:' ? 443 : 80);

async function isOfCdn(context: AuditContext, signal: AbortSignal): Promise<boolean> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
  const answer = await look(context, '/health/live', patience).catch(() => null);
  return answer !== null && OF_CDNS.some((name) => headerOf(answer, name) !== '');
}

function portsToTry({ remote, allowedPorts }: AuditContext): number[] {
  const meant = new Set([...allowedPorts, Number(remote.url.port)]);
  return Object.keys(COMMON)
    .map(Number)
    .filter((port) => !meant.has(port));
}

async function openPorts(host: string, ports: readonly number[]): Promise<number[]> {
  const tried = await Promise.all(ports.map(async (port) => ((await isOpen(host, port)) ? port : null)));
  return tried.filter((port) => port !== null);
}

function isOpen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PATIENCE_MS });
    const end = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

const isOwnAddress = (address: string): boolean =>
  Object.values(networkInterfaces()).some((each) => each?.some((one) => one.address === address)) ||
  /^(127\.|::1$)/.test(address);
