import { Dialog } from '@angular/cdk/dialog';
import { Location } from '@angular/common';
import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { ChangeDetectionStrategy, Component, ElementRef, afterNextRender, viewChild } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { aSignedIn, inMaintenance } from '../../testing/api-objects';
import { Page } from '../../testing/page';
import { RefreshLock } from '../refresh-lock';
import { Session } from '../session';
import { openSignInAgain } from './sign-in-again';

/** Takes the focus when it comes up, as the queue does. */
@Component({
  template: '<main #main tabindex="-1">A page</main>',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
class AnyPage {
  private readonly main = viewChild.required<ElementRef<HTMLElement>>('main');

  constructor() {
    afterNextRender(() => this.main().nativeElement.focus());
  }
}

describe('signing in again', () => {
  let page: Page<unknown>;
  const dialog = () => document.querySelector('[role=dialog][aria-label="Sign in again"]');

  beforeEach(async () => {
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        { provide: RefreshLock, useValue: { hold: (work: () => Promise<unknown>) => work() } },
        provideRouter([
          { path: 'list', component: AnyPage },
          { path: 'ticket', component: AnyPage },
        ]),
      ],
    });
    const harness = await RouterTestingHarness.create('/list');
    await harness.navigateByUrl('/ticket');
    page = new Page(harness.fixture);
    document.body.append(page.host);
    TestBed.inject(Session).adopt(aSignedIn('old'));
  });

  it('is asked for on whichever page Back leads to, until the user is back', async () => {
    void TestBed.inject(Session).renew();
    const refused = { status: 401, statusText: 'Unauthorized' };
    TestBed.inject(HttpTestingController).expectOne('/api/auth/refresh').flush(null, refused);
    openSignInAgain(TestBed.inject(Dialog));
    await page.settle();
    TestBed.inject(Location).back();
    await page.settle();
    expect(TestBed.inject(Location).path()).toBe('/list');
    expect(dialog()).not.toBeNull();
    expect(dialog()?.contains(document.activeElement)).toBe(true);
    TestBed.inject(Session).adopt(aSignedIn('new'));
    await page.settle();
    expect(dialog()).toBeNull();
  });

  it('waits for the end of a maintenance, with the password as it was typed, and goes on then', async () => {
    const server = TestBed.inject(HttpTestingController);
    void TestBed.inject(Session).renew();
    server.expectOne('/api/auth/refresh').flush(null, { status: 401, statusText: 'Unauthorized' });
    openSignInAgain(TestBed.inject(Dialog));
    await page.settle();
    const password = dialog()?.querySelector<HTMLInputElement>('desk-password input');
    if (!password) throw new Error('No field for the password');
    password.value = 'a long password';
    password.dispatchEvent(new Event('input', { bubbles: true }));
    const submit = () => dialog()?.querySelector('form')?.dispatchEvent(new Event('submit'));
    submit();
    server.expectOne('/api/auth/login').flush(...inMaintenance());
    await page.settle();
    const words = dialog()?.querySelector('[role=alert]')?.textContent;
    expect(words).toContain('Signing in waits until it is over. What you typed is kept');
    expect(password.value).toBe('a long password');
    expect(TestBed.inject(Session).state()).toBe('ended');
    submit();
    server.expectOne('/api/auth/login').flush(aSignedIn('new'));
    await page.settle();
    expect(dialog()).toBeNull();
  });
});
