/** Generated files that are committed: written on demand, compared by CI. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './processes.mjs';
import { say } from './steps.mjs';

/**
 * Writes the file, or with `--check` on the command line only compares.
 * @param {string} file from the root of the workspace
 * @param {string} again the command that writes it
 * @returns {number} the exit code: 1 where a comparison found a difference
 */
export function compareOrWrite(file, content, again = 'npm run openapi') {
  if (!process.argv.includes('--check')) {
    writeFileSync(join(ROOT, file), content);
    say(`✓ ${file}`);
    return 0;
  }
  const committed = read(file);
  if (committed === content) {
    say(`✓ ${file} says what the code says`);
    return 0;
  }
  process.stderr.write(
    `${file} ${firstDifference(committed, content)}. Run "${again}" and commit what it writes.\n`,
  );
  return 1;
}

function firstDifference(committed, content) {
  if (committed === undefined) return 'is missing';
  const before = committed.split('\n');
  const after = content.split('\n');
  const line = after.findIndex((text, index) => text !== before[index]);
  const at = line === -1 ? after.length : line;
  return `differs from the code, first in line ${at + 1}: "${before[at]?.trim() ?? ''}" is now "${after[at]?.trim() ?? ''}"`;
}

function read(file) {
  try {
    return readFileSync(join(ROOT, file), 'utf8');
  } catch {
    return undefined;
  }
}
