/**
 * Loaded before a command (`node --require`): the process stands still before its PAUSE_AT-th statement to SQLite or
 * PostgreSQL, says so on stderr, and goes on when it reads a byte. At its end it says how many statements there were.
 */
'use strict';
const { readSync, writeSync } = require('node:fs');
const Database = require('better-sqlite3');
const { Client } = require('pg');

const at = Number(process.env.PAUSE_AT);
let statements = 0;

function counted(prototype, method) {
  const original = prototype[method];
  prototype[method] = function (...args) {
    statements += 1;
    if (statements === at) {
      writeSync(2, `paused at ${at}\n`);
      readSync(0, Buffer.alloc(1));
    }
    return original.apply(this, args);
  };
}

const statement = Object.getPrototypeOf(new Database(':memory:').prepare('select 1'));
for (const method of ['run', 'get', 'all', 'iterate']) counted(statement, method);
for (const method of ['exec', 'pragma']) counted(Database.prototype, method);
counted(Client.prototype, 'query');

process.on('exit', () => writeSync(2, `statements: ${statements}\n`));
