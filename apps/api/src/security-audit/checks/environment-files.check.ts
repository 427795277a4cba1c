import { parse } from 'dotenv';
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { failure, ok } from '../../cli/doctor/check';
import { notChecked, type SecurityCheck } from '../audit-check';
import { secretsByName, secretsByShape, secretsInCode, secretsInJson } from '../secret-shapes';

const OTHERS = 0o077;
const GROUP_WRITES = 0o022;

/** Files of variables of the installation, or of the checkout, and what PM2 keeps of them. */
export const environmentFilesCheck: SecurityCheck = {
  name: 'environment-files',
  asvs: ['13.3.1'],
  run: ({ directory, files }) => {
    const found = [...filesIn(directory), ...files].filter((path) => existsSync(path));
    if (found.length === 0)
      return notChecked(`there is none in ${directory}: start it where the desk is installed`);
    const unreadable: string[] = [];
    const problems = found.flatMap((path) => {
      try {
        return problemsOf(path, isCheckout(directory)).map((problem) => `${path} ${problem}`);
      } catch (error) {
        unreadable.push(`${path} (${(error as NodeJS.ErrnoException).code ?? 'not what it should be'})`);
        return [];
      }
    });
    if (problems.length > 0)
      return failure(problems.join('; '), {
        cause: 'files are copied, backed up and shown; a secret in one has left its place',
        fix: 'put secrets into Secrets Manager and change those that stood there; chmod 600; pm2 save anew from a clean environment',
      });
    if (unreadable.length > 0) return notChecked(`${unreadable.join(', ')} cannot be read by this user`);
    return ok(`no secret by name or shape in ${found.map((path) => basename(path)).join(', ')}`);
  },
};

function filesIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  const names = readdirSync(directory).filter(
    (name) => /^\.env(\.|$)/.test(name) || /^ecosystem\.config\.c?js$/.test(name),
  );
  return names.map((name) => join(directory, name));
}

/** There files have the rights that git gives them, and hold what everybody may read. */
const isCheckout = (directory: string): boolean => existsSync(join(directory, '.git'));

function problemsOf(path: string, checkout: boolean): string[] {
  const file = realpathSync(path);
  const text = readFileSync(file, 'utf8');
  const named = namedIn(basename(path), text);
  const { mode } = statSync(file);
  return [
    ...named.map((name) => `holds ${name}`),
    ...secretsByShape(text).map((what) => `holds ${what}`),
    ...rightsProblems(basename(path), mode, checkout),
  ];
}

function namedIn(name: string, text: string): string[] {
  if (name.startsWith('.env') || name.endsWith('.env')) return secretsByName(parse(text));
  if (/\.c?js$/.test(name)) return secretsInCode(text);
  return secretsInJson(JSON.parse(text));
}

function rightsProblems(name: string, mode: number, checkout: boolean): string[] {
  if (checkout || name === '.env.example') return [];
  if (name.startsWith('.env') && (mode & OTHERS) !== 0)
    return [`has the rights ${(mode & 0o777).toString(8)} and not 600`];
  return (mode & GROUP_WRITES) === 0 ? [] : [`can be changed by others (${(mode & 0o777).toString(8)})`];
}
