import type { Routes } from '@angular/router';
import { Agents } from './data/agents';
import { TicketActions } from './data/ticket-actions';
import { TicketList } from './data/ticket-list';
import { ViewCounts } from './data/view-counts';
import { DeskLayout } from './desk/desk-layout';
import { Outbox } from './editor/outbox';
import { PeopleHere } from './presence/people-here';
import { Palettes } from './palette/palettes';

/** The team's side. The list, its cursor and what is being sent outlive the pages. */
export const ticketsRoutes: Routes = [
  {
    path: '',
    providers: [Agents, DeskLayout, Outbox, Palettes, PeopleHere, TicketActions, TicketList, ViewCounts],
    loadComponent: () => import('./desk/desk-shell').then((module) => module.DeskShell),
    children: [
      {
        path: '',
        title: 'Tickets',
        loadComponent: () => import('./queue/queue').then((module) => module.Queue),
      },
      {
        path: 'new',
        title: 'New ticket',
        loadComponent: () => import('./new-ticket/new-ticket').then((module) => module.NewTicket),
      },
      {
        path: ':id',
        title: 'Ticket',
        loadComponent: () => import('./ticket/ticket-page').then((module) => module.TicketPage),
      },
    ],
  },
];
