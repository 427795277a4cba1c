import { HttpClient, provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { Injector, runInInjectionContext } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { aMaintenance, inMaintenance } from '../../testing/api-objects';
import { Maintenance } from './maintenance';
import { maintenanceInterceptor } from './maintenance.interceptor';

const STATUS = '/api/status';

describe('whether the desk is in maintenance', () => {
  let server: HttpTestingController;
  let http: HttpClient;
  let maintenance: Maintenance;

  beforeEach(() => {
    jest.useFakeTimers();
    TestBed.configureTestingModule({
      providers: [provideHttpClient(withInterceptors([maintenanceInterceptor])), provideHttpClientTesting()],
    });
    server = TestBed.inject(HttpTestingController);
    http = TestBed.inject(HttpClient);
    maintenance = TestBed.inject(Maintenance);
  });
  afterEach(() => {
    TestBed.resetTestingModule();
    jest.useRealTimers();
    look('visible');
  });

  const look = (state: DocumentVisibilityState) => {
    jest.spyOn(document, 'visibilityState', 'get').mockReturnValue(state);
    document.dispatchEvent(new Event('visibilitychange'));
  };
  const watch = () => {
    runInInjectionContext(TestBed.inject(Injector), () => maintenance.watch());
    TestBed.tick();
  };
  const pass = (seconds: number) => jest.advanceTimersByTime(seconds * 1000);
  const turn = async () => {
    for (let i = 0; i < 10; i++) await Promise.resolve();
    TestBed.tick();
  };
  const answer = async (now: object | null) => {
    server.expectOne(STATUS).flush({ maintenance: now });
    await turn();
  };
  const write = () => {
    http.post('/api/tickets', {}).subscribe({ error: () => undefined });
    return server.expectOne('/api/tickets');
  };

  it('is known from a write that was refused, with all that the answer says', () => {
    write().flush(...inMaintenance());
    expect(maintenance.notice()).toEqual(aMaintenance());
  });

  it('is known also where the answer says no more than that', () => {
    const [{ type }, init] = inMaintenance();
    write().flush({ type }, init);
    expect(maintenance.notice()).toEqual({ since: '', until: null, message: null });
  });

  it('is no matter of other refusals', () => {
    const type = 'https://liftdesk.example/problems/database-unavailable';
    write().flush({ type, maintenance: aMaintenance() }, { status: 503, statusText: 'x' });
    expect(maintenance.isOn()).toBe(false);
  });

  it('is asked for at the start and every minute, and during a maintenance every 15 s', async () => {
    watch();
    await answer(null);
    pass(59);
    server.expectNone(STATUS);
    pass(1);
    await answer(aMaintenance());
    expect(maintenance.isOn()).toBe(true);
    pass(14);
    server.expectNone(STATUS);
    pass(1);
    await answer(null);
    expect(maintenance.isOn()).toBe(false);
    pass(59);
    server.expectNone(STATUS);
  });

  it('is not asked for while nobody looks, and at once when somebody does again', async () => {
    watch();
    await answer(null);
    look('hidden');
    pass(600);
    server.expectNone(STATUS);
    look('visible');
    await answer(aMaintenance());
    expect(maintenance.isOn()).toBe(true);
  });

  it('is asked for at once when a write works again', async () => {
    maintenance.learn(aMaintenance());
    write().flush({});
    await answer(null);
    expect(maintenance.isOn()).toBe(false);
  });

  it('stays as it was known while nobody answers, or in words of a version before', async () => {
    maintenance.learn(aMaintenance());
    void maintenance.look();
    server.expectOne(STATUS).error(new ProgressEvent('error'));
    await turn();
    void maintenance.look();
    server.expectOne(STATUS).flush(null, { status: 404, statusText: 'Not Found' });
    await turn();
    expect(maintenance.isOn()).toBe(true);
  });

  it('is not taken for over by an answer to a question from before it began', async () => {
    void maintenance.look();
    write().flush(...inMaintenance());
    await answer(null);
    expect(maintenance.isOn()).toBe(true);
  });
});
