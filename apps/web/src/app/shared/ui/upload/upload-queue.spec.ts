import { LiveAnnouncer } from '@angular/cdk/a11y';
import { HttpEventType, provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { anAttachment } from '../../../testing/api-objects';
import { aFile } from '../../../testing/files';
import { Toaster } from '../toast/toaster';
import { UploadQueue } from './upload-queue';
import { MAX_FILE_BYTES } from './upload-limits';

describe('UploadQueue', () => {
  let queue: UploadQueue;
  let server: HttpTestingController;

  beforeEach(() => {
    TestBed.configureTestingModule({
      providers: [
        UploadQueue,
        provideHttpClient(),
        provideHttpClientTesting(),
        { provide: LiveAnnouncer, useValue: { announce: jest.fn() } },
      ],
    });
    queue = TestBed.inject(UploadQueue);
    server = TestBed.inject(HttpTestingController);
  });

  const states = () => queue.items().map((upload) => upload.state);
  const requests = () => server.match((request) => request.method === 'POST');

  it('takes a file of exactly 10 MB and refuses one byte more, without asking the server', () => {
    queue.add([aFile('fits.pdf', MAX_FILE_BYTES), aFile('larger.pdf', MAX_FILE_BYTES + 1)]);
    expect(states()).toEqual(['sending', 'refused']);
    expect(queue.items()[1]?.message).toContain('A file may have 10 MB');
    expect(requests()).toHaveLength(1);
  });

  it('refuses an empty file and the eleventh', () => {
    queue.add([aFile('empty.txt', 0), ...Array.from({ length: 11 }, (_, i) => aFile(`${i}.pdf`))]);
    expect(
      queue
        .items()
        .filter((upload) => upload.state === 'refused')
        .map((upload) => upload.name),
    ).toEqual(['empty.txt', '10.pdf']);
  });

  it('sends two at once and the next when one is done', () => {
    queue.add([aFile('a.pdf'), aFile('b.pdf'), aFile('c.pdf')]);
    expect(states()).toEqual(['sending', 'sending', 'waiting']);
    const [first] = requests();
    first?.flush({ items: [anAttachment({ id: 'a' })] });
    expect(states()).toEqual(['done', 'sending', 'sending']);
    expect(queue.attachmentIds()).toEqual(['a']);
    expect(queue.busy()).toBe(true);
  });

  it('shows how far a file is', () => {
    queue.add([aFile('a.pdf', 2000)]);
    requests()[0]?.event({ type: HttpEventType.UploadProgress, loaded: 640, total: 1000 });
    expect(queue.items()[0]?.sent).toBe(1280);
  });

  it('keeps a file whose connection broke, and sends it again', () => {
    queue.add([aFile('a.pdf')]);
    requests()[0]?.error(new ProgressEvent('error'));
    const [failed] = queue.items();
    expect(failed).toMatchObject({ state: 'failed', message: 'Connection lost at 0 %' });
    expect(queue.failed()).toBe(true);
    queue.retry(failed?.id ?? '');
    requests()[0]?.flush({ items: [anAttachment({ id: 'a' })] });
    expect(states()).toEqual(['done']);
  });

  it('says in the words of the server why a type is not taken, and offers no second try', () => {
    queue.add([aFile('tool.exe')]);
    const detail = 'This type of file is not accepted';
    requests()[0]?.flush({ type: 'x/unsupported-type', detail }, { status: 415, statusText: 'x' });
    expect(queue.items()[0]).toMatchObject({ state: 'refused', message: detail });
    expect(queue.failed()).toBe(false);
  });

  it('cancels an upload that is taken off', () => {
    queue.add([aFile('a.pdf')]);
    const [request] = requests();
    queue.remove(queue.items()[0]?.id ?? '');
    expect(request?.cancelled).toBe(true);
    expect(queue.items()).toEqual([]);
  });

  it('gives a staged file back to the server when it is taken off', () => {
    queue.restore([anAttachment({ id: 'a' })]);
    queue.remove('a');
    server.expectOne({ method: 'DELETE', url: '/api/attachments/a' }).flush(null);
    expect(queue.items()).toEqual([]);
  });

  it('says that a file has waited too long, and does not send it along', () => {
    const yesterday = new Date(Date.now() - 25 * 3_600_000).toISOString();
    queue.restore([anAttachment({ createdAt: yesterday })]);
    expect(states()).toEqual(['refused']);
    expect(queue.attachmentIds()).toEqual([]);
  });

  it('settles when the last file has arrived or failed', async () => {
    queue.add([aFile('a.pdf'), aFile('b.pdf')]);
    const settled = jest.fn();
    const waiting = queue.settled().then(settled);
    const [first, second] = requests();
    first?.flush({ items: [anAttachment()] });
    await Promise.resolve();
    expect(settled).not.toHaveBeenCalled();
    second?.error(new ProgressEvent('error'));
    await waiting;
    expect(settled).toHaveBeenCalled();
  });

  describe('when a message waits for its files', () => {
    /** What `settled` came to, once it has. */
    async function outcomeOf(settled: Promise<boolean>): Promise<boolean | 'open'> {
      for (let i = 0; i < 5; i++) await Promise.resolve();
      return Promise.race([settled, Promise.resolve('open' as const)]);
    }
    const REFUSED = [{ detail: 'Not accepted' }, { status: 415, statusText: 'x' }] as const;

    it('lets it go when all are there, also beside one that was refused before', async () => {
      queue.add([aFile('empty.txt', 0), aFile('a.pdf')]);
      const settled = queue.settled();
      requests()[0]?.flush({ items: [anAttachment()] });
      expect(await outcomeOf(settled)).toBe(true);
      expect(queue.obstacle()).toBe('');
    });

    it('holds it back when one is refused meanwhile, until somebody decides', async () => {
      queue.add([aFile('tool.exe')]);
      const settled = queue.settled();
      requests()[0]?.flush(...REFUSED);
      expect(await outcomeOf(settled)).toBe(false);
      expect(queue.obstacle()).toContain('Remove it, or send without it');
      expect(await outcomeOf(queue.settled())).toBe(true);
      expect(queue.obstacle()).toBe('');
    });

    it('holds it back while one has failed, until that is sent again or taken off', async () => {
      queue.add([aFile('a.pdf')]);
      const settled = queue.settled();
      requests()[0]?.error(new ProgressEvent('error'));
      expect(await outcomeOf(settled)).toBe(false);
      expect(await outcomeOf(queue.settled())).toBe(false);
      expect(queue.obstacle()).toContain('Send it again or remove it');
      queue.remove(queue.items()[0]?.id ?? '');
      expect(queue.obstacle()).toBe('');
      expect(await outcomeOf(queue.settled())).toBe(true);
    });

    it('never lets it go once the page is left, and says so', async () => {
      const toaster = TestBed.inject(Toaster);
      queue.add([aFile('a.pdf')]);
      const settled = queue.settled();
      TestBed.resetTestingModule();
      expect(await outcomeOf(settled)).toBe('open');
      expect(toaster.current()?.text).toContain('Not sent: a file was still on its way');
    });

    it('never lets it go after it was taken back, although the file arrives', async () => {
      const toaster = TestBed.inject(Toaster);
      queue.add([aFile('a.pdf')]);
      const settled = queue.settled();
      queue.release();
      requests()[0]?.flush({ items: [anAttachment()] });
      expect(await outcomeOf(settled)).toBe('open');
      TestBed.resetTestingModule();
      expect(toaster.current()).toBeNull();
    });
  });

  it('takes staged files to those that are here, each once, and goes on sending', () => {
    queue.add([aFile('a.pdf')]);
    queue.append([anAttachment({ id: 'b' })]);
    queue.append([anAttachment({ id: 'b' })]);
    requests()[0]?.flush({ items: [anAttachment({ id: 'a' })] });
    expect(queue.attachmentIds()).toEqual(['a', 'b']);
  });

  it('keeps what was added since when files have joined a message', () => {
    queue.restore([anAttachment({ id: 'a' })]);
    const joined = queue.items();
    queue.append([anAttachment({ id: 'b' })]);
    queue.clear(joined);
    expect(queue.attachmentIds()).toEqual(['b']);
  });
});
