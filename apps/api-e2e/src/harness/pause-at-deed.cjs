/**
 * Loaded before a command (NODE_OPTIONS=--require): counts what it does to files and to databases, notes each deed in the
 * file DEEDS, and stands still before the one of number PAUSE_AT, which it says on stdout, until there is a file PAUSE_UNTIL.
 * With PAUSE_FROM it counts from the first deed that begins so: what comes before may be asked more often, until it is granted.
 * With PAUSE_OF it counts only the deeds with these words in their names.
 */
'use strict';
const fs = require('node:fs');
const { createRequire } = require('node:module');
const { isMainThread } = require('node:worker_threads');

// Next to the built command, wherever this file is.
const ofApi = createRequire(process.argv[1] ?? __filename);
const at = Number(process.env.PAUSE_AT);
const { PAUSE_FROM: from, PAUSE_OF: of } = process.env;
const { appendFileSync, existsSync, writeSync } = fs;
const asleep = new Int32Array(new SharedArrayBuffer(4));
let deeds = 0;

function counted(target, method, kind) {
  const original = target[method];
  target[method] = function (...args) {
    const sql = kind === 'postgres' ? args[0] : this?.source;
    const deed = `${kind} ${method}${typeof sql === 'string' ? ` ${beginning(sql)}` : ''}`;
    if (of !== undefined && !deed.includes(of)) return original.apply(this, args);
    if (deeds > 0 || from === undefined || deed.startsWith(from)) deeds += 1;
    if (process.env.DEEDS) appendFileSync(process.env.DEEDS, `${deed}\n`);
    if (deeds === at) {
      writeSync(1, `paused at ${at}\n`);
      while (!existsSync(process.env.PAUSE_UNTIL ?? '')) Atomics.wait(asleep, 0, 0, 20);
    }
    return original.apply(this, args);
  };
}

/** Enough of a statement to know it by. */
const beginning = (sql) => sql.trim().split(/\s+/, 3).join(' ');

if (isMainThread) {
  for (const method of [
    'linkSync',
    'renameSync',
    'rmSync',
    'fsyncSync',
    'copyFileSync',
    'chmodSync',
    'createWriteStream',
  ])
    counted(fs, method, 'file');
  const Database = ofApi('better-sqlite3');
  const statement = Object.getPrototypeOf(new Database(':memory:').prepare('select 1'));
  for (const method of ['run', 'get', 'all', 'iterate']) counted(statement, method, 'statement');
  for (const method of ['exec', 'pragma']) counted(Database.prototype, method, 'statement');
  // A connection is also ended after the last statement: a deed after everything is done.
  for (const method of ['query', 'end']) counted(ofApi('pg').Client.prototype, method, 'postgres');
  // Several are under way at once, in no fixed order: they have no numbers among all the others.
  if (of?.startsWith('promised')) {
    const { open } = fs.promises;
    fs.promises.open = async function (...args) {
      const handle = await open.apply(this, args);
      counted(handle, 'write', 'promised');
      return handle;
    };
    counted(fs.promises, 'rename', 'promised');
  }
}
