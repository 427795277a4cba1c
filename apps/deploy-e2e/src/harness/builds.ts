import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WORKSPACE } from './stand-in';
import { run, wentWell } from './run';

/** What a build that is none of ours does otherwise; given the folder of what was unpacked. */
export type Change = (folder: string) => void;

export interface Build {
  /** As its folder on a machine is called. */
  version: string;
  /** The artefact; its checksum lies beside it. */
  file: string;
}

interface Release {
  version: string;
  commit: string;
  schema: string[];
}

/** Artefacts: the one that `deploy/scripts/artefact` packs, and others that are made of it, each under a version of its own. */
export class Builds {
  constructor(private readonly folder: string) {}

  /** Packs the build that is there. */
  async pack(): Promise<Build> {
    mkdirSync(this.packed, { recursive: true });
    const script = join(WORKSPACE, 'deploy/scripts/artefact');
    await wentWell(run(script, ['--built', '--allow-dirty', '--to', this.packed], { cwd: WORKSPACE }));
    return this.first;
  }

  get first(): Build {
    const [name] = readdirSync(this.packed).filter((file) => file.endsWith('.tar.gz'));
    if (name === undefined) throw new Error(`There is no artefact in ${this.packed}`);
    return { version: name.slice('liftdesk-'.length, -'.tar.gz'.length), file: join(this.packed, name) };
  }

  private get packed(): string {
    return join(this.folder, 'packed');
  }

  /** The same build under another number, and what `change` makes of it. */
  async another(number: string, change: Change = () => undefined): Promise<Build> {
    const unpacked = join(this.folder, `unpacked-${number}`);
    mkdirSync(unpacked);
    try {
      await wentWell(run('tar', ['-xzf', this.first.file, '-C', unpacked]));
      const version = renumber(unpacked, number);
      change(unpacked);
      const file = join(this.folder, `liftdesk-${version}.tar.gz`);
      // What says what it is comes first, as in ours: nobody reads through it all to find it.
      const others = readdirSync(unpacked).filter((name) => name !== 'release.json');
      const contents = ['-C', unpacked, 'release.json', ...others];
      await wentWell(run('tar', ['--use-compress-program', 'gzip -1', '-cf', file, ...contents]));
      seal(file);
      return { version, file };
    } finally {
      rmSync(unpacked, { recursive: true, force: true });
    }
  }
}

/** @returns the version that it has now */
function renumber(folder: string, number: string): string {
  const commit = readRelease(folder).commit.slice(0, 12);
  const version = `${number}-${commit}`;
  for (const file of ['package.json', 'dist/apps/api/build.json', 'release.json'])
    edit(join(folder, file), (text) => JSON.stringify({ ...(JSON.parse(text) as object), version }));
  return version;
}

const readRelease = (folder: string): Release =>
  JSON.parse(readFileSync(join(folder, 'release.json'), 'utf8')) as Release;

function seal(file: string): void {
  const sum = createHash('sha256').update(readFileSync(file)).digest('hex');
  writeFileSync(`${file}.sha256`, `${sum}  ${file.split('/').at(-1)}\n`);
}

function edit(file: string, change: (text: string) => string): void {
  const text = readFileSync(file, 'utf8');
  const changed = change(text);
  if (changed === text) throw new Error(`${file} is as it was`);
  writeFileSync(file, changed);
}

/** A build whose server does it before anything else. */
export function withPrelude(code: string): Change {
  return (folder) => edit(join(folder, 'dist/apps/api/main.js'), (text) => `${code}\n${text}`);
}

/** A build that has one migration more. @param up its SQL, for either engine */
export function withMigration(name: string, up: string): Change {
  const migration = `(()=>{const M=class{name="${name}";async up(r){await r.query(${JSON.stringify(up)})}async down(){}};Object.defineProperty(M,"name",{value:"${name}"});return M})()`;
  return (folder) => {
    for (const bundle of ['main.bundle.js', 'cli.bundle.js'])
      edit(join(folder, 'dist/apps/api', bundle), (text) =>
        text.replace(
          /\b((?:SQLITE|POSTGRES)_MIGRATIONS=\[[^\]]*)\]/g,
          (_, list: string) => `${list},${migration}]`,
        ),
      );
    edit(join(folder, 'release.json'), (text) => {
      const release = JSON.parse(text) as Release;
      return JSON.stringify({ ...release, schema: [...release.schema, name] });
    });
  };
}

/** A build whose client is another one: none of its files with a hash has a name that it had before. */
export function withClient(hash: string): Change {
  return (folder) => {
    const client = join(folder, 'dist/apps/web/browser');
    const page = readFileSync(join(client, 'index.html'), 'utf8');
    const main = /main-[A-Z0-9]{8}\.js/.exec(page)?.[0];
    if (main === undefined) throw new Error('The page names no main-….js');
    renameSync(join(client, main), join(client, `main-${hash}.js`));
    writeFileSync(join(client, 'index.html'), page.replaceAll(main, `main-${hash}.js`));
  };
}

/** The file in the application's folder that says where a release is held. */
export const HOLD = 'hold-in-step';
const holdWhere = (is: string): string =>
  `  while [[ $(cat "$APP_DIR/${HOLD}" 2>/dev/null) == ${is} ]]; do sleep 0.1; done\n`;

/**
 * A build whose release can be held at the beginning of a step, and as `tar` before anything is in the new release's
 * folder: what is through in no time is met there all the same.
 */
export const withHolds: Change = (folder) => {
  const lib = join(folder, 'deploy/scripts/on-machine/lib');
  edit(join(lib, 'deed.sh'), (text) => text.replace('  "$@"\n', `${holdWhere('"$name"')}  "$@"\n`));
  edit(join(lib, 'releases.sh'), (text) => text.replace('  attend tar ', `${holdWhere('tar')}  attend tar `));
};

/** A client without the parts that its page does not name: what sends file after file is through sooner. */
export const withSmallClient: Change = (folder) => {
  const client = join(folder, 'dist/apps/web/browser');
  const page = readFileSync(join(client, 'index.html'), 'utf8');
  for (const file of readdirSync(client))
    if (/^chunk-/.test(file) && !page.includes(file)) rmSync(join(client, file));
};

/** One change after another. */
export const all =
  (...changes: Change[]): Change =>
  (folder) => {
    for (const change of changes) change(folder);
  };
