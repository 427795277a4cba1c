import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SECURITY_CHECKS } from './checks';

const ROOT = resolve(__dirname, '../../../..');

/** The numbers of ASVS 5.0 of levels 1 and 2: the section, and the first and last of it. Level 3 comes behind. */
const SECTIONS =
  '1.1.1-2 1.2.1-9 1.3.1-11 1.4.1-3 1.5.1-2 2.1.1-3 2.2.1-3 2.3.1-4 2.4.1-1 3.2.1-2 3.3.1-4 3.4.1-6 3.5.1-5 3.7.1-2 ' +
  '4.1.1-3 4.2.1-1 4.3.1-2 4.4.1-4 5.1.1-1 5.2.1-3 5.3.1-2 5.4.1-3 6.1.1-3 6.2.1-12 6.3.1-4 6.4.1-4 6.5.1-5 6.6.1-3 ' +
  '6.8.1-4 7.1.1-3 7.2.1-4 7.3.1-2 7.4.1-5 7.5.1-2 7.6.1-2 8.1.1-2 8.2.1-3 8.3.1-1 8.4.1-1 9.1.1-3 9.2.1-4 10.1.1-2 ' +
  '10.2.1-2 10.3.1-4 10.4.1-11 10.5.1-5 10.6.1-2 10.7.1-3 11.1.1-2 11.2.1-3 11.3.1-3 11.4.1-4 11.5.1-1 11.6.1-1 ' +
  '12.1.1-3 12.2.1-2 12.3.1-4 13.1.1-1 13.2.1-5 13.3.1-2 13.4.1-5 14.1.1-2 14.2.1-4 14.3.1-3 15.1.1-3 15.2.1-3 ' +
  '15.3.1-7 16.1.1-1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3 17.1.1-1 17.2.1-4 17.3.1-2';

const REQUIREMENTS = SECTIONS.split(' ').flatMap((range) => {
  const [, section = '', first, last] = /^(\d+\.\d+)\.(\d+)-(\d+)$/.exec(range) ?? [];
  return Array.from(
    { length: Number(last) - Number(first) + 1 },
    (_, i) => `${section}.${Number(first) + i}`,
  );
});

/** One line of the table. */
interface Row {
  ids: string[];
  where: string;
  tested: string;
}

const text = readFileSync(join(ROOT, 'docs/asvs.md'), 'utf8');
const rows = text
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line): Row => {
    const [, ids = '', , where = '', tested = ''] = line.split('|').map((cell) => cell.trim());
    return { ids: ids.split(', '), where, tested };
  });

const checks = [...SECURITY_CHECKS.together, ...SECURITY_CHECKS.last].map(({ name, asvs }) => ({
  // The three of buckets are the same.
  name: name.replace(/^bucket-\w+/, 'buckets'),
  asvs,
}));

/** What stands in backquotes and is a file of the repository. */
const filesIn = (cell: string): string[] =>
  [...cell.matchAll(/`([^`\s]+)`/g)]
    .map(([, name = '']) => name)
    .filter((name) =>
      /^(api|web|apps|libs|docs|deploy|tools|bench)\/|^[\w-]+(\.\w+)*\.(json|mjs|md)$/.test(name),
    );

const pathOf = (name: string): string =>
  join(ROOT, name.replace(/^api\//, 'apps/api/src/').replace(/^web\//, 'apps/web/src/app/'));

const isMet = ({ where }: Row): boolean => !where.startsWith('**not met**') && !where.startsWith('–');

describe('docs/asvs.md', () => {
  it('has every requirement of levels 1 and 2, once', () => {
    expect(REQUIREMENTS).toHaveLength(253);
    const told = rows.flatMap(({ ids }) => ids);
    expect([...told].sort()).toEqual([...REQUIREMENTS].sort());
  });

  it('names files that are there', () => {
    const named = rows.flatMap(({ where, tested }) => filesIn(`${where} ${tested}`));
    expect(named.length).toBeGreaterThan(300);
    expect([...new Set(named)].filter((name) => !existsSync(pathOf(name)))).toEqual([]);
  });

  it('says of what is met where, and of what is not why', () => {
    for (const row of rows) {
      if (isMet(row)) expect([row.ids, filesIn(row.where + row.tested)]).not.toEqual([row.ids, []]);
      else expect(row.where).toMatch(/^(\*\*not met\*\*|–): \S/);
    }
  });

  it('counts right', () => {
    const count = (which: (row: Row) => boolean): number =>
      rows.filter(which).flatMap(({ ids }) => ids).length;
    const [, all, met, not, without] =
      /Of (\d+) requirements (\d+) are met, (\d+) are not .* and (\d+) are about/.exec(text) ?? [];
    expect([all, met, not, without].map(Number)).toEqual([
      253,
      count(isMet),
      count(({ where }) => where.startsWith('**not met**')),
      count(({ where }) => where.startsWith('–')),
    ]);
  });

  it('names with each requirement the checks of the audit that look at it, and no others', () => {
    for (const { ids, tested } of rows) {
      const named = [...tested.matchAll(/\b_([a-z-]+)_\b/g)].map(([, name = '']) => name);
      const looking = checks
        .filter(({ asvs }) => asvs.some((id) => ids.includes(id)))
        .map(({ name }) => name);
      expect([ids, named.sort()]).toEqual([ids, [...new Set(looking)].sort()]);
    }
  });

  it('knows every requirement that a check names', () => {
    for (const { name, asvs } of checks)
      expect([name, asvs.filter((id) => !REQUIREMENTS.includes(id))]).toEqual([name, []]);
  });
});
