/**
 * Loaded before a command (NODE_OPTIONS=--require): it stands still once it has printed PAUSE_AFTER on stdout, says `paused` on
 * stderr, and goes on when it reads a byte. Else what is done to it then would come to a command that has gone on.
 */
'use strict';
const { readSync, writeSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

const words = process.env.PAUSE_AFTER;

if (isMainThread && words) {
  const { stdout } = process;
  const { write } = stdout;
  let said = '';
  // A pipe has what was written when the call is over.
  stdout.write = function (...args) {
    const isTaken = write.apply(this, args);
    said += args[0];
    if (said.includes(words)) {
      stdout.write = write;
      writeSync(2, 'paused\n');
      readSync(0, Buffer.alloc(1));
    }
    return isTaken;
  };
}
