import { LiveAnnouncer } from '@angular/cdk/a11y';
import { HttpEventType, provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { anAttachment } from '../../../testing/api-objects';
import { UploadQueue } from './upload-queue';
import { MAX_FILE_BYTES } from './upload-limits';

function aFile(name: string, size = 1000, type = 'application/pdf'): File {
  const file = new File(['x'], name, { type });
  Object.defineProperty(file, 'size', { value: size });
  return file;
}

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
});
