#!/usr/bin/env node
/** What `npm start` and `npm test` do first of all, by itself: packages and builds. For `.ci/run` without its tests. */
import '../workspace/node-version.mjs';

Promise.all([import('../setup.mjs'), import('../workspace/steps.mjs')]).then(([{ setUp }, { command }]) =>
  command(async () => {
    await setUp('api', 'web');
    return 0;
  }),
);
