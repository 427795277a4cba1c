/** `npm test`: the same set-up as `npm start`, then every test that needs nothing but npm. */
import './workspace/node-version.mjs';

import('./workspace/test.mjs').then(({ test }) => test(process.argv.slice(2)));
