/** A jest reporter that leaves the counts of one project in test-output/jest, where `npm test` adds them up. */
'use strict';
const { existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');

const FOLDER = join(__dirname, '../../test-output/jest');

module.exports = class JestCounts {
  onRunComplete(contexts, results) {
    const [context] = contexts;
    if (context === undefined) return;
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(
      join(FOLDER, `${projectName(context.config.rootDir)}.json`),
      `${JSON.stringify(counts(results))}\n`,
    );
  }
};

/** The nx project that a folder belongs to: jest's root may be its `src`. */
function projectName(folder) {
  const manifest = join(folder, 'project.json');
  if (existsSync(manifest)) return JSON.parse(readFileSync(manifest, 'utf8')).name;
  if (dirname(folder) === folder) throw new Error('These tests belong to no project.json');
  return projectName(dirname(folder));
}

/** A file that never got as far as its tests counts as one failure: it hides an unknown number of them. */
function counts(results) {
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
    failures: results.testResults.flatMap(({ failureMessage, testResults }) => {
      const failed = testResults.filter(({ status }) => status === 'failed');
      if (failed.length === 0) return failureMessage ? [failureMessage] : [];
      return failed.map(({ fullName, failureMessages }) => `${fullName}\n${failureMessages.join('\n')}`);
    }),
  };
}
