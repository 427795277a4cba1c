/** `npm run dev`: API and client, each built again and reloaded when its sources change. One Ctrl-C ends both. */
import './workspace/node-version.mjs';

import('./workspace/dev.mjs').then(({ dev }) => dev());
