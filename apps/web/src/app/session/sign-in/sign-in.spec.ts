import { provideHttpClient, withInterceptors } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { CLIENT_CONFIG } from '../../shared/config/client-config';
import { aConfig, aSignedIn, inMaintenance } from '../../testing/api-objects';
import { type Page, provideAnyRoute, render } from '../../testing/page';
import { authInterceptor } from '../auth.interceptor';
import { RefreshLock } from '../refresh-lock';
import { Session } from '../session';
import { SignIn } from './sign-in';

const KATRIN = {
  email: 'katrin@demo.example',
  password: 'demo-katrin-2026',
  name: 'Katrin Hofmann',
  role: 'customer',
};

describe('the sign-in page', () => {
  let server: HttpTestingController;
  let page: Page<SignIn>;

  async function open(inputs = {}, demoAccounts: unknown[] = [], config = aConfig({ demoAccounts: true })) {
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(withInterceptors([authInterceptor])),
        provideHttpClientTesting(),
        provideAnyRoute(),
        { provide: RefreshLock, useValue: { hold: (work: () => Promise<unknown>) => work() } },
        { provide: CLIENT_CONFIG, useValue: config },
      ],
    });
    server = TestBed.inject(HttpTestingController);
    page = render(SignIn, inputs);
    server
      .expectOne('/api/auth/options')
      .flush({ version: '0.1.0', demoAccounts, resetLinks: 'terminal', setupRequired: false });
    await page.settle();
  }

  it('says in maintenance that signing in waits, keeps what was typed, and works after it', async () => {
    await open();
    page.type('Email', 'katrin@kitarad.example');
    page.type('Password', 'a long password');
    page.submit();
    server.expectOne('/api/auth/login').flush(...inMaintenance());
    await page.settle();
    expect(page.alert()).toContain('Maintenance is under way');
    expect(page.alert()).toContain('Signing in waits until it is over. What you typed is kept');
    expect(page.field('Email').value).toBe('katrin@kitarad.example');
    expect(page.field('Password').value).toBe('a long password');
    page.submit();
    server.expectOne('/api/auth/login').flush(aSignedIn('token'));
    await page.settle();
    expect(TestBed.inject(Session).state()).toBe('signed-in');
  });

  it('says that a session has ended to whoever was signed in before, and leads back', async () => {
    localStorage.setItem('liftdesk.signed-in', 'yes');
    await open({ returnUrl: '/my/tickets/12' });
    expect(page.text).not.toContain('has ended');
    void TestBed.inject(Session).start();
    await page.turn();
    server.expectOne('/api/auth/refresh').flush(null, { status: 401, statusText: 'Unauthorized' });
    await page.settle();
    expect(page.text).toContain('Your session has ended. Sign in, and you are back where you were');
    page.type('Email', 'katrin@kitarad.example');
    page.type('Password', 'a long password');
    page.submit();
    server.expectOne('/api/auth/login').flush(aSignedIn('token'));
    await page.settle();
    expect(TestBed.inject(Router).url).toBe('/my/tickets/12');
  });

  it('signs in and goes where somebody wanted to go', async () => {
    await open({ returnUrl: '/my/tickets/12' });
    page.type('Email', ' katrin@kitarad.example ');
    page.type('Password', 'a long password');
    page.submit();
    const request = server.expectOne('/api/auth/login');
    expect(request.request.body).toEqual({ email: 'katrin@kitarad.example', password: 'a long password' });
    request.flush(aSignedIn('token'));
    await page.settle();
    expect(TestBed.inject(Router).url).toBe('/my/tickets/12');
  });

  it('keeps the address, empties the password and puts the cursor there when the pair is wrong', async () => {
    await open();
    document.body.append(page.host);
    page.type('Email', 'katrin@kitarad.example');
    page.type('Password', 'wrong password');
    await page.turn();
    page.submit();
    server.expectOne('/api/auth/login').flush({ title: 'x' }, { status: 401, statusText: 'x' });
    await page.settle();
    expect(page.alert()).toContain('Email and password do not match');
    expect(page.field('Email').value).toBe('katrin@kitarad.example');
    expect(page.field('Password').value).toBe('');
    expect(page.field('Password').getAttribute('aria-invalid')).toBe('true');
    expect(document.activeElement).toBe(page.field('Password'));
  });

  it('asks the server nothing while a field is empty', async () => {
    await open();
    page.submit();
    await page.settle();
    server.expectNone('/api/auth/login');
    expect(page.text).toContain('Type your email address');
    expect(page.field('Email').getAttribute('aria-invalid')).toBe('true');
  });

  it('shows the password on demand', async () => {
    await open();
    page.button('Show password').click();
    await page.settle();
    expect((page.field('Password') as HTMLInputElement).type).toBe('text');
    expect(page.button('Hide password')).toBeTruthy();
  });

  it('offers demo accounts only where the server names any', async () => {
    await open();
    expect(page.text).not.toContain('Demo accounts');
  });

  it('offers neither demo accounts nor an account of one’s own where this deployment has none', async () => {
    await open({}, [KATRIN], aConfig({ demoAccounts: false, registration: false }));
    expect(page.text).not.toContain('Demo accounts');
    expect(page.text).not.toContain('Make an account');
  });

  it('signs in with a demo account by one press', async () => {
    await open({}, [KATRIN]);
    page.button(/Katrin Hofmann/).click();
    const request = server.expectOne('/api/auth/login');
    expect(request.request.body).toEqual({ email: KATRIN.email, password: KATRIN.password });
  });
});
