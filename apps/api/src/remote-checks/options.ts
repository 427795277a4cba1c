import { Command, InvalidArgumentError } from 'commander';
import { readFileSync } from 'node:fs';
import { operatorCommand, type OperatorOptions } from '../cli/operator';
import type { HostPort } from '../cli/doctor/ask';
import { Remote } from './remote';

/** What the commands that look at a deployment from outside have in common. */
export interface RemoteOptions extends OperatorOptions {
  readonly url: URL;
  readonly connect?: HostPort;
  readonly connectPlain?: HostPort;
  /** PEM. */
  readonly ca?: string;
  readonly junit?: string;
  readonly skip: readonly string[];
  readonly only: readonly string[];
}

/** @param checks names of the checks that there are */
export function remoteCommand(name: string, description: string, checks: readonly string[]): Command {
  const names = namesOf(checks);
  return operatorCommand(name, description)
    .requiredOption('--url <address>', 'where people reach it: https://desk.example.com', address)
    .option('--connect <host:port>', 'connect there instead of to the host of the address', hostPort)
    .option('--connect-plain <host:port>', 'the same for its address without TLS', hostPort)
    .option('--ca <file>', 'PEM of an authority to trust beside those of this machine', pem)
    .option('--junit <file>', 'write the findings there as JUnit XML too')
    .option('--skip <names>', 'checks to leave out, separated by commas', names, [])
    .option('--only <names>', 'the only checks to make', names, [])
    .addHelpText('after', `\nChecks: ${checks.join(', ')}`);
}

export const remoteOf = ({ url, connect, connectPlain, ca }: RemoteOptions): Remote =>
  new Remote({ url, connect, connectPlain, authorities: ca });

const namesOf =
  (checks: readonly string[]) =>
  (value: string): string[] => {
    const list = value.split(',').map((name) => name.trim());
    if (list.some((name) => !checks.includes(name)))
      throw new InvalidArgumentError(`There are: ${checks.join(', ')}`);
    return list;
  };

function address(value: string): URL {
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== '/')
    throw new InvalidArgumentError('Expected an address such as https://desk.example.com');
  return url;
}

function hostPort(value: string): HostPort {
  const [, host, port] = /^(?:\[([^\]]+)\]|[^:[\]]+):(\d{1,5})$/.exec(value) ?? [];
  if (port === undefined || Number(port) > 65_535)
    throw new InvalidArgumentError('Expected host:port, such as 127.0.0.1:443');
  return { host: host ?? value.slice(0, value.lastIndexOf(':')), port: Number(port) };
}

function pem(file: string): string {
  try {
    const text = readFileSync(file, 'utf8');
    if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  } catch (error) {
    throw new InvalidArgumentError(`It cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
  throw new InvalidArgumentError('It holds no certificate in PEM.');
}
