import { inject } from '@angular/core';
import type { Routes } from '@angular/router';
import { forRoles, guestsOnly, onlyFor, registrationOpen, toHome } from './session/guards';
import { CLIENT_CONFIG } from './shared/config/client-config';

const loadAccount = () => import('./session/account/account').then((module) => module.Account);
const loadPortalShell = () => import('./portal/shell/portal-shell').then((module) => module.PortalShell);

/** Customers live under /my, the team under /tickets; each side is its own bundle. */
export const routes: Routes = [
  { path: '', pathMatch: 'full', canActivate: [toHome], children: [] },
  {
    path: 'sign-in',
    title: 'Sign in',
    canActivate: [guestsOnly],
    loadComponent: () => import('./session/sign-in/sign-in').then((module) => module.SignIn),
  },
  {
    path: 'register',
    title: 'Make an account',
    canActivate: [registrationOpen, guestsOnly],
    loadComponent: () => import('./session/register/register').then((module) => module.Register),
  },
  {
    path: 'forgot-password',
    title: 'Set a new password',
    loadComponent: () =>
      import('./session/forgot-password/forgot-password').then((module) => module.ForgotPassword),
  },
  {
    path: 'reset-password',
    title: 'Set a new password',
    loadComponent: () =>
      import('./session/reset-password/reset-password').then((module) => module.ResetPassword),
  },
  {
    path: 'setup',
    title: 'Set up',
    loadComponent: () => import('./session/setup/setup').then((module) => module.Setup),
  },
  {
    path: 'my',
    canMatch: [forRoles('customer')],
    loadChildren: () => import('./portal/portal.routes').then((module) => module.portalRoutes),
  },
  {
    path: 'tickets',
    canMatch: [forRoles('agent', 'admin')],
    loadChildren: () => import('./tickets/tickets.routes').then((module) => module.ticketsRoutes),
  },
  {
    path: 'account',
    canMatch: [onlyFor('customer')],
    loadComponent: loadPortalShell,
    children: [{ path: '', title: 'Account', loadComponent: loadAccount }],
  },
  {
    path: 'account',
    title: 'Account',
    canMatch: [forRoles('agent', 'admin')],
    loadComponent: loadAccount,
  },
  {
    path: 'outbox',
    title: 'Outbox',
    canMatch: [() => inject(CLIENT_CONFIG).features.mailOutbox],
    loadChildren: () => import('./outbox/outbox.routes').then((module) => module.outboxRoutes),
  },
  {
    path: '**',
    title: 'Not here',
    loadComponent: () => import('./shell/not-found').then((module) => module.NotFound),
  },
];
