import type { Command } from 'commander';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { commandsFor } from './commands';

const ROOT = resolve(__dirname, '../../../..');
const inFolder = (folder: string): string[] =>
  readdirSync(join(ROOT, folder)).flatMap((name) => (name.endsWith('.md') ? join(folder, name) : []));
const DOCUMENTS = [
  ...[
    'README.md',
    'deploy/README.md',
    'deploy/infra/README.md',
    'deploy/machine/README.md',
    'bench/README.md',
  ],
  ...inFolder('docs'),
  ...inFolder('docs/decisions'),
].map((path): [string, string] => [path, readFileSync(join(ROOT, path), 'utf8')]);

/** Each match in each document, with the path of the document. */
const found = (pattern: RegExp): [path: string, ...groups: string[]][] =>
  DOCUMENTS.flatMap(([path, text]) =>
    [...text.matchAll(pattern)].map(([, ...groups]): [string, ...string[]] => [path, ...groups]),
  );
const scriptsOf = (folder: string): string[] => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  return Object.keys(scripts);
};
const optionsIn = (words: string): string[] => words.match(/(?<=\s)--[a-z][a-z-]*/g) ?? [];

describe('the documents', () => {
  let commands: Map<string, Command>;
  beforeAll(async () => {
    commands = new Map((await commandsFor('--help')).map((command) => [command.name(), command]));
  });

  it('name scripts of npm that there are', () => {
    const known = [...scriptsOf('.'), ...scriptsOf('deploy/infra')];
    const named = found(/npm run\s+([a-z][\w:-]*)/g);
    expect(named.length).toBeGreaterThan(60);
    expect(named.filter(([, script = '']) => !known.includes(script))).toEqual([]);
  });

  it('give operators’ commands options that they know, and names of checks that there are', () => {
    const calls = found(/npm run ([a-z][\w:-]*) -- ([^`\n#|]*)/g).filter(([, name = '']) =>
      commands.has(name),
    );
    expect(calls.length).toBeGreaterThan(40);
    for (const [path, name = '', words = ''] of calls) {
      const { options } = commands.get(name) as Command;
      for (const option of optionsIn(` ${words}`))
        expect([path, name, option, options.some(({ long }) => long === option)]).toEqual([
          path,
          name,
          option,
          true,
        ]);
      const only = /--(?:only|skip) (\S+)/.exec(words)?.[1];
      const reads = options.find(({ long }) => long === '--only')?.parseArg;
      if (only !== undefined) expect([path, name, reads?.(only, [])]).toEqual([path, name, only.split(',')]);
    }
  });

  it('call scripts that are there, with options that they tell of', () => {
    const calls = found(/((?:deploy|tools)\/(?:scripts|machine|ci)\/[\w.-]+)((?:\\\n|[^`\n#|])*)/g);
    expect(calls.length).toBeGreaterThan(20);
    for (const [path, script = '', words = ''] of calls) {
      expect([path, script, existsSync(join(ROOT, script))]).toEqual([path, script, true]);
      const options = optionsIn(words);
      const text = options.length > 0 ? readFileSync(join(ROOT, script), 'utf8') : '';
      expect([path, script, options.filter((option) => !text.includes(option))]).toEqual([path, script, []]);
    }
  });

  it('lead to files, and to chapters of them', () => {
    const links = found(/\]\((?!https?:)([^)\s]+)\)/g);
    expect(links.length).toBeGreaterThan(60);
    const broken = links.filter(([path, link = '']) => {
      const [file = '', chapter] = link.split('#');
      const target = join(ROOT, file === '' ? path : join(dirname(path), file));
      return !existsSync(target) || (chapter !== undefined && !chaptersOf(target).includes(chapter));
    });
    expect(broken).toEqual([]);
  });
});

/** As GitHub names them. */
const chaptersOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
