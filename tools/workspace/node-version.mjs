/**
 * Imported first by every command: says one clear line where Node is too old, instead of a syntax error further on.
 * Written in the oldest syntax that ES modules know, and with no import of ours.
 */
import fs from 'fs';
import url from 'url';

const manifest = url.fileURLToPath(new URL('../../package.json', import.meta.url));
const wanted = JSON.parse(fs.readFileSync(manifest, 'utf8')).engines.node.replace(/[^0-9.]/g, '');

function isOlder(version, than) {
  const [major, minor] = version.split('.').map(Number);
  const [wantedMajor, wantedMinor] = than.split('.').map(Number);
  return major < wantedMajor || (major === wantedMajor && minor < (wantedMinor || 0));
}

if (isOlder(process.versions.node, wanted)) {
  process.stderr.write(
    'Liftdesk needs Node ' +
      wanted +
      ' or newer, this is ' +
      process.versions.node +
      '. Install it from https://nodejs.org (with nvm: nvm install), then run this again.\n',
  );
  process.exit(1);
}
