import type { Contestant } from './contestants';
import type { Desk } from './desks';
import type { LoadRequest } from './load';
import type { RecordedAnswers } from './recorded-answers';

export type ScenarioName = 'create' | 'read' | 'list' | 'search';

export interface Scenario {
  name: ScenarioName;
  what: string;
  expect: number;
  requests(desk: Desk): LoadRequest[];
}

const LIST = '/api/tickets?status=open&sort=-createdAt';
/** The seed puts this word into one ticket in a hundred. */
const SEARCH = '/api/tickets?q=skagerrak';

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'read',
    what: 'read one ticket with its conversation (two calls, each counted)',
    expect: 200,
    requests: ({ ticketIds }) =>
      ticketIds.flatMap((id) => [get(`/api/tickets/${id}`), get(`/api/tickets/${id}/messages`)]),
  },
  { name: 'list', what: 'list the newest 25 open', expect: 200, requests: () => [get(LIST)] },
  { name: 'search', what: 'search a word in 1 % of tickets', expect: 200, requests: () => [get(SEARCH)] },
  {
    name: 'create',
    what: 'create a ticket (on disk before the answer)',
    expect: 201,
    requests: () => Array.from({ length: 200 }, (_, index) => post('/api/tickets', newTicket(index))),
  },
];

const get = (path: string): LoadRequest => ({ method: 'GET', path });
const post = (path: string, body: unknown): LoadRequest => ({
  method: 'POST',
  path,
  body: JSON.stringify(body),
});

function newTicket(index: number): { subject: string; body: string } {
  return {
    subject: `Charger light blinks red, bike ${1000 + index}`,
    body:
      `Hello,\n\nthe charger of our bike blinks red three times, pauses, and starts again. The serial number is HB-${7000 + index}, ` +
      'it is eight months old. I have tried another socket and let the battery warm up indoors over night, without success.\n\n' +
      'We need it every morning for school, so I am a little worried.\n\nKind regards',
  };
}

/** What the contestant answers to one request of each kind. */
export async function record(contestant: Contestant, desk: Desk): Promise<RecordedAnswers> {
  const id = desk.ticketIds[7] ?? '';
  const ask = async (path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(contestant.server.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...contestant.headers, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${contestant.name} answers ${response.status} to ${path}`);
    return response.json();
  };
  return {
    ticket: await ask(`/api/tickets/${id}`),
    messages: await ask(`/api/tickets/${id}/messages`),
    list: await ask(LIST),
    search: await ask(SEARCH),
    created: await ask('/api/tickets', newTicket(1)),
  };
}
