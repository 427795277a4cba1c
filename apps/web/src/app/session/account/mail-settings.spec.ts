import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { TestBed } from '@angular/core/testing';
import { signal } from '@angular/core';
import type { User } from '@liftdesk/api-client';
import { aUser } from '../../testing/api-objects';
import { type Page, render } from '../../testing/page';
import { Session } from '../session';
import { MailSettings } from './mail-settings';

const URL = '/api/users/me/notifications';

describe('the mail that somebody gets', () => {
  let server: HttpTestingController;
  let page: Page<MailSettings>;
  const user = signal<User | null>(null);

  beforeEach(() => {
    user.set({ ...aUser(), language: 'de' } as User);
    TestBed.configureTestingModule({
      providers: [
        provideHttpClient(),
        provideHttpClientTesting(),
        { provide: Session, useValue: { user, update: (changed: User) => user.set(changed) } },
      ],
    });
    server = TestBed.inject(HttpTestingController);
    page = render(MailSettings);
  });

  async function open(settings: object): Promise<void> {
    server.expectOne(URL).flush(settings);
    await page.turn();
  }
  const box = (label: string) => {
    const found = [...page.host.querySelectorAll('label')].find((one) => one.textContent?.includes(label));
    return page.host.querySelector<HTMLInputElement>(`#${found?.htmlFor}`);
  };
  const turn = async (label: string) => {
    box(label)?.click();
    await page.turn();
  };
  const refusal = { status: 503, statusText: 'x' };

  it('shows what concerns its reader, as the server has it', async () => {
    await open({ ticketReceived: true, agentReply: true, solved: false });
    expect(page.text).toContain('Somebody answers me');
    expect(page.text).not.toContain('assigned');
    expect(box('Somebody answers me')?.checked).toBe(true);
    expect(box('is solved')?.checked).toBe(false);
  });

  it('is saved at once, and says so', async () => {
    await open({ customerReply: true, assigned: true });
    await turn('A ticket is assigned');
    expect(page.text).not.toContain('Saved');
    const request = server.expectOne({ method: 'PUT', url: URL });
    expect(request.request.body).toEqual({ assigned: false });
    request.flush({ customerReply: true, assigned: false });
    await page.turn();
    expect(page.text).toContain('Saved');
    expect(box('A ticket is assigned')?.checked).toBe(false);
  });

  it('keeps a choice that was not saved, says so, and tries again', async () => {
    await open({ assigned: true });
    await turn('A ticket is assigned');
    server.expectOne({ method: 'PUT', url: URL }).flush({ title: 'The database is away' }, refusal);
    await page.turn();
    expect(page.alert()).toContain('Not saved. The database is away. Your choice is kept here.');
    expect(box('A ticket is assigned')?.checked).toBe(false);
    page.button('Try again').click();
    await page.turn();
    server.expectOne({ method: 'PUT', url: URL }).flush({ assigned: false });
    await page.turn();
    expect(page.host.querySelector('[role=alert]')).toBeNull();
    expect(page.text).toContain('Saved');
  });

  it('comes to the last of several choices in a row', async () => {
    await open({ assigned: true });
    await turn('A ticket is assigned');
    await turn('A ticket is assigned');
    const first = server.expectOne({ method: 'PUT', url: URL });
    expect(first.request.body).toEqual({ assigned: false });
    first.flush({ assigned: false });
    await page.turn();
    server.expectOne({ method: 'PUT', url: URL }).flush({ assigned: true });
    await page.turn();
    expect(box('A ticket is assigned')?.checked).toBe(true);
  });

  it('says when the choices did not load, and still offers the language', async () => {
    server.expectOne(URL).flush({ title: 'The server is busy' }, refusal);
    await page.turn();
    expect(page.alert()).toContain('Your choices did not load');
    expect(page.host.querySelector('select')?.value).toBe('de');
    page.button('Try again').click();
    await page.turn();
    await open({ assigned: true });
    expect(page.text).toContain('A ticket is assigned to me');
  });

  it('is in the language that was chosen', async () => {
    await open({});
    const select = page.host.querySelector('select') as HTMLSelectElement;
    select.value = 'fr';
    select.dispatchEvent(new Event('change'));
    await page.turn();
    const request = server.expectOne({ method: 'PATCH', url: '/api/users/me' });
    expect(request.request.body).toEqual({ language: 'fr' });
    request.flush({ ...aUser(), language: 'fr' });
    await page.turn();
    expect(page.text).toContain('Saved');
    expect(select.value).toBe('fr');
  });
});
