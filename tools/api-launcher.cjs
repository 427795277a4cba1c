/**
 * What dist/apps/api/main.js and cli.js are: they run the bundle beside them with V8's code cache. Compiling the bundle
 * is a third of the start; the first run leaves its compiled functions beside the bundle and later ones read them.
 *
 * The cache is named for the bundle's content, because V8 itself compares no more than the length. A cache of another
 * Node version is refused by V8, a folder that may not be written to costs the gain and nothing else.
 */
'use strict';
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { wrap } = require('node:module');
const { join } = require('node:path');
const vm = require('node:vm');

const bundle = join(__dirname, '__NAME__.bundle.js');
const cache = join(__dirname, '__NAME__.__HASH__.cache');

// Started by `npm start`: end with it, even where it was killed and could not say so.
if (process.env.LIFTDESK_ENDS_WITH_PARENT === '1' && process.channel) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}

if (process.sourceMapsEnabled) {
  require(bundle);
} else {
  const cachedData = read(cache);
  const script = new vm.Script(wrap(readFileSync(bundle, 'utf8')), {
    filename: bundle,
    cachedData,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  if (cachedData === undefined || script.cachedDataRejected) saveOnce(script);
  script.runInThisContext().call(module.exports, module.exports, require, module, bundle, __dirname);
}

function read(file) {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** When the start is behind us, or at the good end of a short command: only functions that have run are worth keeping. */
function saveOnce(script) {
  let saved = false;
  const save = () => {
    if (saved) return;
    saved = true;
    const draft = `${cache}.${process.pid}`;
    try {
      writeFileSync(draft, script.createCachedData());
      renameSync(draft, cache);
    } catch {
      // Read-only installation: every start compiles.
    }
  };
  setTimeout(save, 5000).unref();
  process.once('exit', (code) => code === 0 && save());
}
