import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Session } from '../../session/session';
import { Maintenance } from '../../shared/http/maintenance';
import { Clock } from '../../shared/time/clock';
import { Toaster } from '../../shared/ui/toast/toaster';
import { aMaintenance, aUser } from '../../testing/api-objects';
import { type Page, clockAt, render } from '../../testing/page';
import { MaintenanceNotice } from './maintenance-notice';

const NOW = new Date(2026, 10, 26, 4, 30).getTime();
const at = (...parts: [number, number, number, number, number]) => new Date(...parts).toISOString();

describe('the notice of a maintenance', () => {
  const user = signal<ReturnType<typeof aUser> | null>(null);
  let page: Page<MaintenanceNotice>;
  let maintenance: Maintenance;
  let measure: () => void;

  beforeEach(async () => {
    user.set(aUser());
    globalThis.ResizeObserver = class {
      constructor(measured: ResizeObserverCallback) {
        measure = () => measured([], this);
      }
      observe() {}
      unobserve() {}
      disconnect() {}
    };
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        { provide: Session, useValue: { user } },
        { provide: Clock, useValue: clockAt(NOW) },
      ],
    });
    maintenance = TestBed.inject(Maintenance);
    page = render(MaintenanceNotice);
    TestBed.inject(HttpTestingController).expectOne('/api/status').flush({ maintenance: null });
    await page.settle();
  });

  async function learn(change: Partial<ReturnType<typeof aMaintenance>> | null): Promise<void> {
    maintenance.learn(change && aMaintenance({ message: null, until: null, ...change }));
    await page.settle();
  }

  it('says nothing while the desk takes writes, in a place that is read out when it does', () => {
    expect(page.host.getAttribute('role')).toBe('status');
    expect(page.text).toBe('');
  });

  it('says what goes on, what waits, until when, and the operator’s words', async () => {
    await learn({ until: at(2026, 10, 26, 5, 0), message: 'We move to a bigger house.' });
    expect(page.text).toBe(
      'Maintenance Reading goes on, writing waits until 05:00 · What you type is kept We move to a bigger house.',
    );
    expect(page.host.querySelector('time')?.title).toContain('26 November 2026');
  });

  it.each([
    ['the day, where it is another one', at(2026, 10, 27, 5, 0), 'waits until 27 Nov, 05:00'],
    ['no time, where nobody knows', null, 'waits until it is over'],
    ['that it takes longer than was meant', at(2026, 10, 26, 4, 0), 'waits a little longer than planned'],
  ])('says %s', async (_what, until, words) => {
    await learn({ until });
    expect(page.text).toContain(words);
  });

  it('says at the door that signing in waits, and that it works again', async () => {
    user.set(null);
    await learn({});
    expect(page.text).toBe('Maintenance Signing in waits until it is over');
    await learn(null);
    expect(TestBed.inject(Toaster).current()?.text).toBe('Signing in works again');
  });

  it('goes by itself, with a word that it did, and comes again', async () => {
    await learn({});
    expect(TestBed.inject(Toaster).current()).toBeNull();
    await learn(null);
    expect(page.text).toBe('');
    expect(TestBed.inject(Toaster).current()).toMatchObject({ kind: 'done', text: 'Writing works again' });
    await learn({});
    expect(page.text).toContain('writing waits');
    expect(page.host.querySelectorAll('p')).toHaveLength(1);
  });

  it('says how high it is, so that every page ends above it', () => {
    Object.defineProperty(page.host, 'offsetHeight', { value: 37 });
    measure();
    expect(document.documentElement.style.getPropertyValue('--desk-foot')).toBe('37px');
  });

  it('takes no key and no focus', async () => {
    await learn({ message: 'We move' });
    expect(page.host.querySelector('a, button, [tabindex]')).toBeNull();
  });
});
