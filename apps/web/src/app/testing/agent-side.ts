import { provideHttpClient } from '@angular/common/http';
import {
  HttpTestingController,
  provideHttpClientTesting,
  type TestRequest,
} from '@angular/common/http/testing';
import { type Provider, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { type Routes, provideRouter, withComponentInputBinding } from '@angular/router';
import type { Person, Ticket, TicketEvent } from '@liftdesk/api-client';
import { Session } from '../session/session';
import { Agents } from '../tickets/data/agents';
import { TicketActions } from '../tickets/data/ticket-actions';
import { TicketList } from '../tickets/data/ticket-list';
import { ViewCounts } from '../tickets/data/view-counts';
import { DeskLayout } from '../tickets/desk/desk-layout';
import { Outbox } from '../tickets/editor/outbox';
import { PeopleHere } from '../tickets/presence/people-here';
import { aTicket, aUser } from './api-objects';
import type { Page } from './page';

export const MAJA: Person = {
  id: '01939c6e-0000-7000-8000-00000000000b',
  name: 'Maja Lindqvist',
  role: 'agent',
};
export const AYLIN: Person = {
  id: '01939c6e-0000-7000-8000-00000000000c',
  name: 'Aylin Demir',
  role: 'agent',
};

/** What the agent's routes provide, with Maja signed in; any other address is an empty page. */
export function provideAgentSide(routes: Routes = []): Provider[] {
  const me = aUser({ ...MAJA, email: 'maja@havn.example' });
  return [
    provideHttpClient(),
    provideHttpClientTesting(),
    provideRouter([...routes, { path: '**', children: [] }], withComponentInputBinding()),
    Agents,
    DeskLayout,
    Outbox,
    PeopleHere,
    TicketActions,
    TicketList,
    ViewCounts,
    {
      provide: Session,
      useValue: {
        user: signal(me),
        state: signal('signed-in'),
        accessToken: () => 'token',
        signOut: () => Promise.resolve(),
      },
    },
  ] as Provider[];
}

/** An answer: a body, a refusal, or nothing at all (no connection). */
export type Answer = object | 'offline' | { refused: number; body?: object };
type Handler = (request: TestRequest['request']) => Answer;

/**
 * The server of a test: `GET /api/tickets` and the like with their answers, the last one given counts. What has no
 * answer stays open. Calls can be read back.
 */
export class Server {
  private readonly controller = TestBed.inject(HttpTestingController);
  private readonly handlers = new Map<string, Handler>();
  readonly calls: TestRequest['request'][] = [];

  constructor() {
    this.on('GET /api/agents', () => ({ items: [MAJA, AYLIN] }));
    this.on('GET /api/tickets/counts', () => ({ mine: 1, unassigned: 2, open: 3, pending: 1000, cap: 1000 }));
  }

  on(call: string, handler: Handler): this {
    this.handlers.set(call, handler);
    return this;
  }

  /** A ticket with its conversation, log and requester. */
  ticket(ticket: Ticket, messages: object[] = [], events: TicketEvent[] = []): this {
    const base = `GET /api/tickets/${ticket.id}`;
    return this.on(`GET /api/tickets/${ticket.number}`, () => ticket)
      .on(base, () => ticket)
      .on(`${base}/messages`, () => ({ items: messages, nextCursor: null }))
      .on(`${base}/events`, () => ({ items: events, nextCursor: null }))
      .on(`PUT /api/tickets/${ticket.id}/read`, () => ({}))
      .on(`GET /api/users/${ticket.requester.id}`, () => aUser())
      .on('GET /api/tickets', () => ({ items: [ticket], nextCursor: null, order: '-updatedAt' }));
  }

  /** Answers until nothing is left to answer, rendering in between. */
  async work(page: Page<unknown>): Promise<void> {
    for (let round = 0; round < 12; round++) {
      await page.turn();
      const open = this.controller.match((request) => this.handlers.has(`${request.method} ${request.url}`));
      if (open.length === 0) return;
      for (const request of open) this.answer(request);
    }
  }

  /** The calls so far of one kind, oldest first. */
  made(call: string): TestRequest['request'][] {
    return this.calls.filter((request) => `${request.method} ${request.url}` === call);
  }

  private answer(call: TestRequest): void {
    const { request } = call;
    const answer = this.handlers.get(`${request.method} ${request.url}`)?.(request);
    this.calls.push(request);
    if (call.cancelled || answer === undefined) return;
    if (answer === 'offline') call.error(new ProgressEvent('error'));
    else if ('refused' in answer)
      call.flush(answer.body ?? {}, { status: answer.refused, statusText: 'Refused' });
    else call.flush(answer);
  }
}

/** Presses a key where the focus is. */
export function press(key: string, init: KeyboardEventInit = {}): void {
  const target = document.activeElement ?? document.body;
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }));
}

/** A list of tickets: the first has the highest number. */
export function someTickets(count: number): Ticket[] {
  return Array.from({ length: count }, (_, i) => {
    const number = 100 + count - i;
    return aTicket({
      id: `01939c6e-0000-7000-8000-${String(number).padStart(12, '0')}`,
      number,
      subject: `Ticket ${number}`,
    });
  });
}

/** The open picker, which stands outside the component. */
export function picker(): HTMLElement | null {
  return document.querySelector<HTMLElement>('desk-picker-panel');
}
