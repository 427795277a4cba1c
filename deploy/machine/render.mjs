#!/usr/bin/env node
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { renderAll } from './templates.mjs';
import {
  VARIABLES,
  VariablesError,
  completeVariables,
  readVariables,
  unknownVariables,
} from './variables.mjs';

const USAGE = `Usage: render.mjs --variables <machine.env> --to <folder> [options]

Writes what a machine is made of, as it lies on the machine: <folder>/etc/nginx/nginx.conf and so on.
Files that are as they should be are not touched. Each file that was written is told, a line each.

  --variables <file>   NAME=value lines; --list says which there are
  --set NAME=value     instead of what the file says; may be given more than once
  --to <folder>        / on the machine itself
  --only <folder>      only what lies under it, such as etc/nginx
  --check              write nothing; 1 when a file is not as it should be
  --dry-run            write nothing, tell what would be written
  --print              write nothing; print every variable as it holds, NAME=value
  --list               the variables, their values unless set, and what they are
  --help               this

Ends with 0 done, 1 failed or different, 2 used wrongly.`;

/** What was asked wrongly. */
class UsageError extends Error {}

function isAsItShouldBe(file, { text, mode }) {
  try {
    return readFileSync(file, 'utf8') === text && (statSync(file).mode & 0o777) === mode;
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

/** Whole or not at all: whoever reads it meanwhile has the old one. */
function write(file, { text, mode }) {
  mkdirSync(dirname(file), { recursive: true });
  const beside = `${file}.liftdesk-new`;
  writeFileSync(beside, text, { mode });
  chmodSync(beside, mode);
  renameSync(beside, file);
}

function options() {
  try {
    return parseArgs({
      options: {
        variables: { type: 'string' },
        set: { type: 'string', multiple: true },
        to: { type: 'string' },
        only: { type: 'string' },
        check: { type: 'boolean' },
        'dry-run': { type: 'boolean' },
        print: { type: 'boolean' },
        list: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error.message);
  }
}

function variablesOf({ variables, set = [] }) {
  if (variables === undefined) throw new UsageError('--variables names the file of variables');
  const given = readVariables(variables);
  for (const pair of set) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`--set ${pair}: expected NAME=value`);
    given[pair.slice(0, at)] = pair.slice(at + 1);
  }
  for (const name of unknownVariables(given)) say(`${name} is none of the variables that are rendered`);
  return completeVariables(given);
}

const say = (line) => process.stderr.write(`render: ${line}\n`);
const print = (line) => process.stdout.write(`${line}\n`);

function listVariables() {
  for (const { name, initial, is } of VARIABLES) {
    const unlessSet = typeof initial === 'function' ? initial(placeholders) : initial;
    print(`${name}=${unlessSet ?? ''}\n    ${is}${initial === undefined ? '; must be set' : ''}`);
  }
}

/** Such as `$DOMAIN`, where a value is made of others. */
const placeholders = new Proxy({}, { get: (_, name) => (name === 'TLS' ? 'on' : `$${String(name)}`) });

function main() {
  const asked = options();
  if (asked.help) return print(USAGE);
  if (asked.list) return listVariables();
  const variables = variablesOf(asked);
  if (asked.print) return Object.entries(variables).forEach(([name, value]) => print(`${name}=${value}`));
  if (asked.to === undefined) throw new UsageError('--to names the folder, / on the machine itself');
  const wanted = renderAll(variables).filter(({ path }) => path.startsWith(asked.only ?? ''));
  const changed = wanted.filter((file) => !isAsItShouldBe(join(asked.to, file.path), file));
  for (const file of changed) {
    if (!asked.check && !asked['dry-run']) write(join(asked.to, file.path), file);
    print(`/${file.path}`);
  }
  if (asked.check && changed.length > 0) process.exitCode = 1;
}

try {
  main();
} catch (error) {
  say(error.message);
  process.exitCode = error instanceof UsageError || error instanceof VariablesError ? 2 : 1;
}
