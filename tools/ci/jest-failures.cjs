/**
 * A jest reporter for CI: leaves which tests failed, and the first words of why, in test-output/failures.txt. `.ci/run` prints
 * it last of all, because the end of a log is what people see of it.
 */
'use strict';
const { appendFileSync, mkdirSync } = require('node:fs');
const { join, relative } = require('node:path');

const ROOT = join(__dirname, '../..');
const FILE = join(ROOT, 'test-output/failures.txt');
const LINES = 4;
const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

module.exports = class JestFailures {
  onTestResult({ path }, { failureMessage, testResults }) {
    const failed = testResults.filter(({ status }) => status === 'failed');
    const found = failed.map(({ fullName, failureMessages }) => told(fullName, failureMessages.join('\n')));
    // A file that never got as far as its tests.
    if (found.length === 0 && failureMessage) found.push(told('the file itself', failureMessage));
    if (found.length === 0) return;
    mkdirSync(join(ROOT, 'test-output'), { recursive: true });
    appendFileSync(FILE, `${found.map((text) => `✗ ${relative(ROOT, path)}: ${text}`).join('\n')}\n`);
  }
};

function told(name, message) {
  const lines = message
    .replace(COLOURS, '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  return [name, ...lines.slice(0, LINES)].join('\n    ');
}
