import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { provideRouter, withComponentInputBinding } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { Page } from '../testing/page';
import { outboxRoutes } from './outbox.routes';

const LIST = '/api/mail/outbox';
const entry = (id: string, change: object = {}) => ({
  id,
  to: `${id}@kunde.example`,
  subject: `About ${id}`,
  createdAt: '2026-11-22T10:00:00.000Z',
  ...change,
});
const mail = (id: string) => ({
  ...entry(id),
  from: 'Liftdesk <desk@havn.example>',
  text: 'Plain words',
  html: '<p style="color:red">Rich words</p>',
  headers: { 'Message-ID': '<1@havn.example>' },
});

describe('the outbox', () => {
  let server: HttpTestingController;
  let page: Page<unknown>;

  beforeEach(() => {
    jest.useFakeTimers();
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        provideRouter(
          [
            { path: 'outbox', children: outboxRoutes },
            { path: '**', children: [] },
          ],
          withComponentInputBinding(),
        ),
      ],
    });
    server = TestBed.inject(HttpTestingController);
  });
  afterEach(() => {
    TestBed.resetTestingModule();
    jest.useRealTimers();
  });

  async function open(url = '/outbox'): Promise<void> {
    const harness = await RouterTestingHarness.create();
    void harness.navigateByUrl(url);
    page = new Page(harness.fixture);
    for (let i = 0; i < 5; i++) await page.turn();
  }
  const list = () => server.expectOne((request) => request.url === LIST);
  const answer = async (items: object[], nextCursor: string | null = null) => {
    list().flush({ items, nextCursor });
    await page.turn();
  };
  const subjects = () =>
    [...page.host.querySelectorAll('li')].map((row) => row.textContent?.match(/About \w+/)?.[0]);

  it('shows that it loads', async () => {
    await open();
    expect(page.host.querySelector('[aria-busy=true]')).not.toBeNull();
  });

  it('says when there is no mail, and what makes one', async () => {
    await open();
    await answer([]);
    expect(page.text).toContain('No mail yet');
  });

  it('says what failed and tries again', async () => {
    await open();
    list().flush({ title: 'The server is busy' }, { status: 503, statusText: 'x' });
    await page.turn();
    expect(page.alert()).toContain('The outbox did not load');
    page.button('Try again').click();
    await answer([entry('ana')]);
    expect(subjects()).toEqual(['About ana']);
  });

  it('lets new mail join at the top by itself, and keeps old mail when it cannot be asked', async () => {
    await open();
    await answer([entry('ana')], 'next');
    page.button('Show older mail').click();
    await answer([entry('old')]);
    jest.advanceTimersByTime(4_000);
    await answer([entry('bea'), entry('ana')], 'next');
    expect(subjects()).toEqual(['About bea', 'About ana', 'About old']);
    jest.advanceTimersByTime(4_000);
    list().error(new ProgressEvent('error'));
    await page.turn();
    expect(page.text).toContain('No connection to the server. This is the outbox from');
    expect(subjects()).toHaveLength(3);
  });

  it('opens a mail in a frame in which nothing runs, and shows its text and headers', async () => {
    await open('/outbox/ana');
    await answer([entry('ana')]);
    server.expectOne(`${LIST}/ana`).flush(mail('ana'));
    await page.turn();
    expect(page.text).toContain('from Liftdesk <desk@havn.example>');
    const frame = page.host.querySelector('iframe');
    expect(frame?.getAttribute('sandbox')).toBe('allow-popups allow-popups-to-escape-sandbox');
    expect(frame?.getAttribute('srcdoc')).toContain('Rich words');
    page.button('Text').click();
    await page.turn();
    expect(page.text).toContain('Plain words');
    page.button('Text').dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }));
    await page.turn();
    expect(page.text).toContain('<1@havn.example>');
  });

  it('says when a mail is gone', async () => {
    await open('/outbox/gone');
    await answer([entry('ana')]);
    server.expectOne(`${LIST}/gone`).flush({}, { status: 404, statusText: 'x' });
    await page.turn();
    expect(page.alert()).toContain('This mail is not here any more');
  });
});
