/** `npm start`: from a fresh clone to a running Liftdesk in one command. */
import './workspace/node-version.mjs';

// Loaded only now, so that an old Node has said its line before it meets newer syntax.
import('./workspace/start.mjs').then(({ start }) => start());
