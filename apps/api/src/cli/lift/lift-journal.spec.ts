import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RefusedError } from '../../common/operator-errors';
import { type Journey, LiftJournal, holdJournals } from './lift-journal';

const JOURNEY = { from: 'sqlite:/desk.sqlite', to: 'postgres://desk@db/desk', mask: false };
const BEGUN = { since: 4711, isOurs: true, hasReached: false };

describe('The journal of a lift', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-journal-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function begin(journey: Journey = JOURNEY): LiftJournal {
    const journal = LiftJournal.begin(folder, journey, BEGUN);
    journal.keep();
    return journal;
  }

  const file = (): string => join(folder, readdirSync(folder)[0] ?? '');

  it('keeps what is done, for nobody else to read', () => {
    const journal = begin();
    journal.markReached(true);
    journal.noteLost(['attachments/1.txt']);
    journal.markDone('files', '2 files');
    const found = LiftJournal.find(folder, JOURNEY);
    expect(found).toMatchObject({
      ...BEGUN,
      hasReached: true,
      done: { files: '2 files' },
      lost: ['attachments/1.txt'],
    });
    expect(readdirSync(folder)).toHaveLength(1);
    expect(statSync(file()).mode & 0o077).toBe(0);
  });

  it.each([{ from: 'sqlite:/other.sqlite' }, { to: 'sqlite:/other.sqlite' }, { mask: true }])(
    'is not that of another journey: %j',
    (other) => {
      begin();
      expect(LiftJournal.find(folder, { ...JOURNEY, ...other })).toBeNull();
      begin({ ...JOURNEY, ...other });
      expect(readdirSync(folder)).toHaveLength(2);
    },
  );

  it.each(['', '{"since":', '{"since":4711}'])('that cannot be read is none: %j', (text) => {
    begin();
    writeFileSync(file(), text);
    expect(LiftJournal.find(folder, JOURNEY)).toBeNull();
  });

  it('is looked for without anything being written', () => {
    expect(LiftJournal.find(join(folder, 'nowhere'), JOURNEY)).toBeNull();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('holds no place in the name of its file', () => {
    begin();
    expect(file()).toMatch(/lift-[0-9a-f]{12}\.json$/);
    expect(readFileSync(file(), 'utf8')).not.toContain('desk.sqlite');
  });

  it('is kept by one at a time, in a folder that is made for it', () => {
    const reports = join(folder, 'reports', 'of moves');
    const held = holdJournals(reports);
    expect(statSync(reports).mode & 0o077).toBe(0);
    expect(() => holdJournals(reports)).toThrow(RefusedError);
    held.release();
    holdJournals(reports).release();
  });

  it('in a folder that cannot be made is refused in a line', () => {
    writeFileSync(join(folder, 'file'), '');
    expect(() => holdJournals(join(folder, 'file', 'reports'))).toThrow(
      /^Cannot make the folder .* \(ENOTDIR\): /,
    );
  });
});
