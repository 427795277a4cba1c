import { jsonOf } from '../../cli/doctor/ask';
import { ok } from '../../cli/doctor/check';
import type { Browser } from '../../remote-checks/browser';
import { expectStatus, expectThat } from '../../remote-checks/expectation';
import type { SmokeCheck } from '../context';
import type { Ticket } from '../visit';

const ANOTHER = {
  cause: 'the row is not what was written, or something in front answers from a cache',
  fix: 'nothing below /api may be cached in proxy or CDN; npm run doctor on the machine',
};
const NOT_FOUND = {
  cause: 'the search index is not written with the ticket',
  fix: 'npm run search:check on the machine, and search:rebuild where it differs',
};
const SEEN = {
  cause: 'what a caller may see is not held to',
  fix: 'go back to the former release at once: npm run doctor, and the log of what was changed',
};

export const ticketCreateCheck: SmokeCheck = {
  name: 'ticket-create',
  writes: true,
  run: async ({ visit }, signal) => {
    const { number, status } = await visit.ticket(signal);
    expectThat(status === 'new' && number > 0, `the new ticket has the status ${status}`, ANOTHER);
    return ok(`ticket ${number}`);
  },
};

export const ticketReadCheck: SmokeCheck = {
  name: 'ticket-read',
  writes: true,
  run: async ({ visit }, signal) => {
    const [{ browser, email }, ticket] = [await visit.customer(signal), await visit.ticket(signal)];
    for (const path of [`/api/tickets/${ticket.id}`, `/api/tickets/${ticket.number}`]) {
      const answer = expectStatus(await browser.ask(path, { signal }), 200, 'GET /api/tickets/{id}');
      const read = jsonOf(answer) as { id?: string; subject?: string; requester?: { email?: string } };
      const same =
        read.id === ticket.id && read.subject?.includes(ticket.word) && read.requester?.email === email;
      expectThat(same === true, `${path} is another ticket than the one that was opened`, ANOTHER);
      expectThat(answer.headers.etag !== undefined, `${path} has no ETag`, {
        cause: 'the proxy takes it away, as when it compresses',
        fix: 'let the proxy weaken the ETag instead of taking it away; gzip of nginx does since 1.7.3',
      });
    }
    return ok('by its id and by its number');
  },
};

export const ticketListCheck: SmokeCheck = {
  name: 'ticket-list',
  writes: true,
  run: async ({ visit }, signal) => {
    const [{ browser }, ticket] = [await visit.customer(signal), await visit.ticket(signal)];
    const ids = await listed('/api/tickets?sort=-createdAt', browser, signal);
    expectThat(ids.includes(ticket.id), 'the new ticket is not in the list of its customer', ANOTHER);
    expectThat(ids.length === 1, `the list of a new customer has ${ids.length} tickets`, SEEN);
    return ok('the customer has this one ticket');
  },
};

export const ticketSearchCheck: SmokeCheck = {
  name: 'ticket-search',
  writes: true,
  run: async ({ visit }, signal) => {
    const [{ browser }, ticket] = [await visit.customer(signal), await visit.ticket(signal)];
    const ids = await listed(`/api/tickets?q=${ticket.word}`, browser, signal);
    expectThat(
      ids.join() === ticket.id,
      `the search for a word of the ticket finds ${ids.length} tickets`,
      NOT_FOUND,
    );
    return ok('found by a word of its subject');
  },
};

export const messageCheck: SmokeCheck = {
  name: 'message',
  writes: true,
  run: async ({ visit }, signal) => {
    const [{ browser }, ticket] = [await visit.customer(signal), await visit.ticket(signal)];
    const path = `/api/tickets/${ticket.id}/messages`;
    const body = `A further message of the smoke test: ${ticket.word}, “ünï¢ødé” ✓`;
    const wrote = await browser.ask(path, { method: 'POST', json: { body }, signal });
    expectStatus(wrote, 201, `POST /api/tickets/{id}/messages`);
    const { items } = jsonOf(await browser.ask(path, { signal })) as {
      items?: { id: string; body: string }[];
    };
    const kept = items?.find(({ id }) => id === jsonOf(wrote)['id']);
    expectThat(kept?.body === body, 'the message is not in the conversation as it was written', ANOTHER);
    return ok('written, and read in the conversation');
  },
};

/** A customer closes its ticket and opens it again; a change of what is no longer so is refused. */
export const ticketChangeCheck: SmokeCheck = {
  name: 'ticket-change',
  writes: true,
  run: async ({ visit }, signal) => {
    const [{ browser }, { id }] = [await visit.customer(signal), await visit.ticket(signal)];
    const change = (status: string, ifMatch: string) =>
      browser.ask(`/api/tickets/${id}`, {
        method: 'PATCH',
        json: { status },
        headers: { 'if-match': ifMatch },
        signal,
      });
    const before = await browser.ask(`/api/tickets/${id}`, { signal });
    const etag = String(before.headers.etag);
    const closed = expectStatus(await change('closed', etag), 200, 'PATCH /api/tickets/{id}');
    expectThat(jsonOf(closed)['status'] === 'closed', 'the ticket did not change', ANOTHER);
    expectStatus(
      await change('open', etag),
      412,
      'PATCH /api/tickets/{id} of a ticket that has changed meanwhile',
    );
    const opened = await change('open', String(closed.headers.etag));
    expectStatus(opened, 200, 'PATCH /api/tickets/{id}');
    const read = jsonOf(await browser.ask(`/api/tickets/${id}`, { signal }));
    expectThat(
      read['status'] === 'open',
      `the ticket is ${String(read['status'])} and was opened again`,
      ANOTHER,
    );
    return ok('closed and opened again; a change of what has changed is refused');
  },
};

/** For another customer it is not there. */
export const otherCustomerCheck: SmokeCheck = {
  name: 'other-customer',
  writes: true,
  run: async ({ visit }, signal) => {
    const [{ browser }, ticket] = [await visit.stranger(signal), await visit.ticket(signal)];
    const paths = [`/api/tickets/${ticket.id}`, `/api/tickets/${ticket.number}`];
    for (const path of [...paths, `${paths[0]}/messages`, `${paths[0]}/attachments`]) {
      const { status } = await browser.ask(path, { signal });
      expectThat(status === 404, `another customer is answered ${status} for ${path}`, SEEN);
    }
    const ids = await listed('/api/tickets', browser, signal);
    expectThat(ids.length === 0, `another new customer has a list of ${ids.length} tickets`, SEEN);
    return ok('another customer finds neither the ticket nor what is in it');
  },
};

async function listed(path: string, browser: Browser, signal: AbortSignal): Promise<string[]> {
  const answer = expectStatus(await browser.ask(path, { signal }), 200, `GET ${path}`);
  const { items = [] } = jsonOf(answer) as { items?: Pick<Ticket, 'id'>[] };
  return items.map(({ id }) => id);
}
