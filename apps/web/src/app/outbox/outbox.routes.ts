import type { Routes } from '@angular/router';
import { Outbox } from './outbox';
import { OutboxMailPage } from './outbox-mail';

/** The list stays while mails are read beside it. */
export const outboxRoutes: Routes = [
  { path: '', component: Outbox, children: [{ path: ':id', component: OutboxMailPage }] },
];
