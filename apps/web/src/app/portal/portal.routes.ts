import type { Routes } from '@angular/router';
import { PortalShell } from './shell/portal-shell';

/** The customer's side. */
export const portalRoutes: Routes = [
  {
    path: '',
    component: PortalShell,
    children: [
      { path: '', pathMatch: 'full', redirectTo: 'tickets' },
      {
        path: 'tickets',
        title: 'My tickets',
        loadComponent: () => import('./my-tickets/my-tickets').then((module) => module.MyTickets),
      },
      {
        path: 'tickets/new',
        title: 'New ticket',
        loadComponent: () => import('./new-ticket/new-ticket').then((module) => module.NewTicketPage),
      },
      {
        path: 'tickets/:id',
        title: 'Ticket',
        loadComponent: () => import('./conversation/conversation').then((module) => module.Conversation),
      },
    ],
  },
];
