import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { ChangeDetectionStrategy, Component, signal } from '@angular/core';
import { CLIENT_CONFIG } from '../shared/config/client-config';
import { aConfig, aUser } from '../testing/api-objects';
import { forRoles, guestsOnly, registrationOpen, toHome } from './guards';
import { Session } from './session';

@Component({ template: '', changeDetection: ChangeDetectionStrategy.OnPush })
class Blank {}

describe('the guards', () => {
  const user = signal<ReturnType<typeof aUser> | null>(null);

  beforeEach(() => {
    const home = () => (user()?.role === 'customer' ? '/my/tickets' : '/tickets');
    TestBed.configureTestingModule({
      providers: [
        { provide: Session, useValue: { start: () => Promise.resolve(), user, home } },
        provideRouter([
          { path: '', pathMatch: 'full', canActivate: [toHome], children: [] },
          { path: 'sign-in', component: Blank, canActivate: [guestsOnly] },
          { path: 'register', component: Blank, canActivate: [registrationOpen] },
          { path: 'my', canMatch: [forRoles('customer')], children: [{ path: '**', component: Blank }] },
          {
            path: 'tickets',
            canMatch: [forRoles('agent', 'admin')],
            children: [{ path: '**', component: Blank }],
          },
        ]),
      ],
    });
  });

  const open = async (path: string) => {
    await RouterTestingHarness.create(path);
    return TestBed.inject(Router).url;
  };

  it('lead away from the making of accounts where it is closed', async () => {
    user.set(null);
    TestBed.overrideProvider(CLIENT_CONFIG, { useValue: aConfig({ registration: false }) });
    expect(await open('/register')).toBe('/sign-in');
  });

  it('remember where a guest wanted to go', async () => {
    user.set(null);
    expect(await open('/my/tickets/12?x=1')).toBe('/sign-in?returnUrl=%2Fmy%2Ftickets%2F12%3Fx%3D1');
  });

  it('send a guest at the door to sign-in without more', async () => {
    user.set(null);
    expect(await open('/')).toBe('/sign-in');
  });

  it.each([
    ['customer', '/my/tickets'],
    ['agent', '/tickets'],
    ['admin', '/tickets'],
  ] as const)('begin a %s at %s', async (role, path) => {
    user.set(aUser({ role }));
    expect(await open('/')).toBe(path);
  });

  it('lead a customer from a link of the team to the same ticket', async () => {
    user.set(aUser());
    expect(await open('/tickets/4812')).toBe('/my/tickets/4812');
  });

  it('lead an agent from a link of a customer to the same ticket', async () => {
    user.set(aUser({ role: 'agent' }));
    expect(await open('/my/tickets/4812')).toBe('/tickets/4812');
  });

  it('lead somebody signed in from the door to where they wanted', async () => {
    user.set(aUser());
    expect(await open('/sign-in?returnUrl=%2Fmy%2Ftickets%2F12')).toBe('/my/tickets/12');
  });

  it('do not follow a return address to another site', async () => {
    user.set(aUser());
    expect(await open('/sign-in?returnUrl=https:%2F%2Fevil.example')).toBe('/my/tickets');
  });
});
