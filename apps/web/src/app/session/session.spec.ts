import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { firstValueFrom } from 'rxjs';
import { aSignedIn, inMaintenance } from '../testing/api-objects';
import { authInterceptor } from './auth.interceptor';
import { LEAVE } from './leave';
import { Session } from './session';
import { SessionChannel, type SessionNews } from './session-channel';
import { RefreshLock } from './refresh-lock';

const REFRESH = '/api/auth/refresh';
const NOBODY = { status: 401, statusText: 'Unauthorized' };

describe('Session', () => {
  let session: Session;
  let http: HttpClient;
  let server: HttpTestingController;
  let left: string[];
  let hear: (news: SessionNews) => void;

  beforeEach(() => {
    left = [];
    localStorage.clear();
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([authInterceptor])),
        provideHttpClientTesting(),
        { provide: LEAVE, useValue: (path: string) => left.push(path) },
        {
          provide: SessionChannel,
          useValue: { tell: jest.fn(), listen: (listener: typeof hear) => (hear = listener) },
        },
        { provide: RefreshLock, useValue: { hold: (work: () => Promise<unknown>) => work() } },
      ],
    });
    session = TestBed.inject(Session);
    http = TestBed.inject(HttpClient);
    server = TestBed.inject(HttpTestingController);
  });

  afterEach(() => server.verify());

  const get = (path: string) => firstValueFrom(http.get<string>(path));
  const tokenOf = (path: string) => server.match(path).map((one) => one.request.headers.get('Authorization'));

  it('comes back after a reload by the refresh cookie', async () => {
    const started = session.start();
    server.expectOne(REFRESH).flush(aSignedIn('first'));
    await started;
    expect(session.state()).toBe('signed-in');
    expect(session.home()).toBe('/my/tickets');
  });

  it('is signed out when there is no cookie', async () => {
    const started = session.start();
    server.expectOne(REFRESH).flush(null, NOBODY);
    await started;
    expect(session.state()).toBe('signed-out');
  });

  it('waits for a retry while the server cannot be reached', async () => {
    const started = session.start();
    server.expectOne(REFRESH).error(new ProgressEvent('error'));
    await rest();
    expect(session.state()).toBe('unreachable');
    expect(session.problem()?.code).toBe('offline');
    void session.retryStart();
    server.expectOne(REFRESH).flush(aSignedIn('first'));
    await started;
    expect(session.state()).toBe('signed-in');
  });

  it('refreshes once for many requests that fail together, and sends each again', async () => {
    session.adopt(aSignedIn('old'));
    const answers = Promise.all([get('/api/a'), get('/api/b'), get('/api/c')]);
    for (const path of ['/api/a', '/api/b', '/api/c']) server.expectOne(path).flush(null, NOBODY);
    await rest();
    server.expectOne(REFRESH).flush(aSignedIn('new'));
    await rest();
    for (const path of ['/api/a', '/api/b', '/api/c']) {
      const again = server.expectOne(path);
      expect(again.request.headers.get('Authorization')).toBe('Bearer new');
      again.flush(path);
    }
    await expect(answers).resolves.toEqual(['/api/a', '/api/b', '/api/c']);
  });

  it('does not refresh for a request that failed with a token older than the present one', async () => {
    session.adopt(aSignedIn('old'));
    const answer = get('/api/a');
    session.adopt(aSignedIn('new'));
    server.expectOne('/api/a').flush(null, NOBODY);
    await rest();
    server.expectOne('/api/a').flush('done');
    await expect(answer).resolves.toBe('done');
  });

  it('keeps the page of a dead session and goes on with the request after sign-in', async () => {
    session.adopt(aSignedIn('old'));
    const answer = get('/api/a');
    server.expectOne('/api/a').flush(null, NOBODY);
    await rest();
    server.expectOne(REFRESH).flush(null, NOBODY);
    await rest();
    expect(session.state()).toBe('ended');
    expect(session.user()?.name).toBe('Katrin Hofmann');
    session.adopt(aSignedIn('new'));
    await rest();
    server.expectOne('/api/a').flush('done');
    await expect(answer).resolves.toBe('done');
    expect(left).toEqual([]);
  });

  it('sends nothing while the session has ended, and everything once its user is back', async () => {
    session.adopt(aSignedIn('old'));
    const answers = [get('/api/a'), get('/api/b')];
    const [first, second] = ['/api/a', '/api/b'].map((path) => server.expectOne(path));
    first?.flush(null, NOBODY);
    await rest();
    server.expectOne(REFRESH).flush(null, NOBODY);
    await rest();
    // An answer that was on its way, and a new question.
    second?.flush(null, NOBODY);
    answers.push(get('/api/c'));
    await rest();
    server.expectNone(() => true);
    session.adopt(aSignedIn('new'));
    await rest();
    for (const path of ['/api/a', '/api/b', '/api/c']) {
      const again = server.expectOne(path);
      expect(again.request.headers.get('Authorization')).toBe('Bearer new');
      again.flush(path);
    }
    await expect(Promise.all(answers)).resolves.toEqual(['/api/a', '/api/b', '/api/c']);
  });

  it('goes on from an unreachable server when another tab signs in', async () => {
    const started = session.start();
    server.expectOne(REFRESH).error(new ProgressEvent('error'));
    await rest();
    expect(session.state()).toBe('unreachable');
    hear({ kind: 'signed-in', userId: 'x' });
    server.expectOne(REFRESH).flush(aSignedIn('one'));
    await started;
    expect(session.state()).toBe('signed-in');
    expect(session.problem()).toBeNull();
  });

  it('passes the failure on, and stays signed in, when the refresh cannot be reached', async () => {
    session.adopt(aSignedIn('old'));
    const answer = get('/api/a');
    server.expectOne('/api/a').flush(null, NOBODY);
    await rest();
    server.expectOne(REFRESH).error(new ProgressEvent('error'));
    await expect(answer).rejects.toMatchObject({ status: 0 });
    expect(session.state()).toBe('signed-in');
  });

  it('stays signed in when the refresh is refused by a maintenance, and gets through it later', async () => {
    session.adopt(aSignedIn('old'));
    const answer = get('/api/a');
    server.expectOne('/api/a').flush(null, NOBODY);
    await rest();
    server.expectOne(REFRESH).flush(...inMaintenance());
    await expect(answer).rejects.toMatchObject({ status: 503 });
    expect(session.state()).toBe('signed-in');
    expect(session.user()).not.toBeNull();
    const again = get('/api/a');
    server.expectOne('/api/a').flush(null, NOBODY);
    await rest();
    server.expectOne(REFRESH).flush(aSignedIn('new'));
    await rest();
    server.expectOne('/api/a').flush('done');
    await expect(again).resolves.toBe('done');
  });

  it('waits at the start for a refresh that a maintenance refuses, and is nobody’s meanwhile', async () => {
    const started = session.start();
    server.expectOne(REFRESH).flush(...inMaintenance());
    await rest();
    expect(session.state()).toBe('unreachable');
    expect(session.problem()).toMatchObject({ code: 'maintenance', retryAfter: 30 });
    void session.retryStart();
    server.expectOne(REFRESH).flush(aSignedIn('first'));
    await started;
    expect(session.state()).toBe('signed-in');
  });

  describe('a session of before that the server no longer knows', () => {
    const startAsNobody = async () => {
      const started = session.start();
      server.expectOne(REFRESH).flush(null, NOBODY);
      await started;
      return session.lapsed();
    };

    it('is told of once, after a reload', async () => {
      localStorage.setItem('liftdesk.signed-in', 'yes');
      expect(await startAsNobody()).toBe(true);
      expect(session.state()).toBe('signed-out');
      expect(localStorage.getItem('liftdesk.signed-in')).toBeNull();
    });

    it('is no news to whoever was not signed in, nor after signing out', async () => {
      session.adopt(aSignedIn('one'));
      expect(localStorage.getItem('liftdesk.signed-in')).not.toBeNull();
      const left = session.signOut();
      server.expectOne('/api/auth/logout').flush(null);
      await left;
      expect(await startAsNobody()).toBe(false);
    });

    it('keeps its page, and is not told of there, for the dialog says it', async () => {
      session.adopt(aSignedIn('old'));
      const renewed = session.renew();
      server.expectOne(REFRESH).flush(null, NOBODY);
      await renewed;
      expect([session.state(), session.lapsed()]).toEqual(['ended', false]);
    });
  });

  it('loads the page anew when another person signs in', () => {
    session.adopt(aSignedIn('one'));
    session.adopt(aSignedIn('two', { id: 'somebody-else' }));
    expect(left).toEqual(['/']);
  });

  it('leaves when another tab signs out', () => {
    session.adopt(aSignedIn('one'));
    hear({ kind: 'signed-out' });
    expect(session.user()).toBeNull();
    expect(session.accessToken()).toBeNull();
    expect(left).toEqual(['/sign-in']);
  });

  it('takes up the session that another tab has opened', async () => {
    hear({ kind: 'signed-in', userId: 'x' });
    server.expectOne(REFRESH).flush(aSignedIn('one'));
    await rest();
    expect(session.state()).toBe('signed-in');
  });

  it('never sends the token to a signed link, another origin or the sign-in', () => {
    session.adopt(aSignedIn('secret'));
    const paths = ['/api/files/key?signature=x', 'https://bucket.example/key', '/api/auth/login'];
    for (const path of paths) http.get(path).subscribe();
    for (const path of paths) expect(tokenOf(path)).toEqual([null]);
  });
});

/** Lets the promises between two requests run. */
async function rest(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
