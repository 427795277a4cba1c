/** The operators' commands: `npm run migration:show`, `npm run user:create -- --role admin`, `npm run seed -- --tickets 1000`. */
import './workspace/node-version.mjs';

Promise.all([import('./setup.mjs'), import('./workspace/steps.mjs')]).then(
  ([{ runOperatorCommand }, { command }]) => command(() => runOperatorCommand(process.argv.slice(2))),
);
