import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { type Page, provideAnyRoute, render } from '../../testing/page';
import { CLIENT_CONFIG } from '../../shared/config/client-config';
import { aConfig } from '../../testing/api-objects';
import { ForgotPassword } from './forgot-password';

describe('a forgotten password', () => {
  let server: HttpTestingController;
  let page: Page<ForgotPassword>;

  async function open(resetLinks: 'terminal' | 'none'): Promise<void> {
    TestBed.configureTestingModule({
      providers: [provideHttpClient(), provideHttpClientTesting(), provideAnyRoute()],
    });
    server = TestBed.inject(HttpTestingController);
    page = render(ForgotPassword, { email: 'katrin@kitarad.example' });
    server
      .expectOne('/api/auth/options')
      .flush({ version: '0.1.0', demoAccounts: [], resetLinks, setupRequired: false });
    await page.settle();
  }
  afterEach(() => server.verify());

  it('asks for a link, and says where it is whether or not the account exists', async () => {
    await open('terminal');
    page.submit();
    const request = server.expectOne('/api/auth/password/forgot');
    expect(request.request.body).toEqual({ email: 'katrin@kitarad.example' });
    request.flush(null, { status: 202, statusText: 'Accepted' });
    await page.settle();
    expect(page.text).toContain('If katrin@kitarad.example has an account, the link is printed there');
  });

  it('leads to the outbox where mail lands there', async () => {
    TestBed.overrideProvider(CLIENT_CONFIG, { useValue: aConfig({ mailOutbox: true }) });
    await open('terminal');
    expect(page.link('the outbox').getAttribute('href')).toBe('/outbox');
    page.submit();
    server.expectOne('/api/auth/password/forgot').flush(null, { status: 202, statusText: 'Accepted' });
    await page.settle();
    expect(page.text).toContain('Look into your mail');
    expect(page.text).not.toContain('terminal');
  });

  it('promises no link where none is made, and says who can help', async () => {
    await open('none');
    expect(page.text).toContain('This desk sends no mail yet');
    expect(page.host.querySelector('form')).toBeNull();
  });
});
