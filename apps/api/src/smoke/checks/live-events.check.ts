import type { IncomingMessage } from 'node:http';
import { ok } from '../../cli/doctor/check';
import { expectStatus, expectThat } from '../../remote-checks/expectation';
import type { SmokeCheck } from '../context';

const BUFFERED = {
  cause: 'the proxy or the CDN gathers events before it passes them on, or cuts the stream off',
  fix: 'proxy_buffering off; and proxy_read_timeout 1h; for /api/events in nginx; of a CDN no compression there',
};

/** An event comes while the stream is open, not when it ends. */
export const liveEventsCheck: SmokeCheck = {
  name: 'live-events',
  writes: true,
  run: async ({ visit, remote }, signal) => {
    const [{ browser }, ticket] = [await visit.customer(signal), await visit.ticket(signal)];
    const headers = { ...browser.headersFor('/api/events'), accept: 'text/event-stream' };
    const answer = await remote.open('/api/events', { headers, signal });
    try {
      const type = String(answer.headers['content-type']);
      expectThat(
        answer.statusCode === 200 && type.startsWith('text/event-stream'),
        `GET /api/events is answered ${answer.statusCode}, ${type}`,
        BUFFERED,
      );
      const stream = textOf(answer);
      expectThat(await reads(stream, 'event: hello'), 'the stream ends before it greets', BUFFERED);
      const wrote = await browser.ask(`/api/tickets/${ticket.id}/messages`, {
        method: 'POST',
        json: { body: 'A message that the open page is told of.' },
        signal,
      });
      expectStatus(wrote, 201, 'POST /api/tickets/{id}/messages');
      expectThat(await reads(stream, 'event: message.added'), 'the stream ends before the event', BUFFERED);
    } finally {
      answer.destroy();
    }
    return ok('a message is told of while the stream is open');
  },
  explain: (error) => ((error as NodeJS.ErrnoException).code === 'ETIMEDOUT' ? BUFFERED : null),
};

interface TextStream {
  readonly pieces: AsyncIterator<string>;
  text: string;
}

function textOf(answer: IncomingMessage): TextStream {
  answer.setEncoding('utf8');
  return { pieces: (answer as AsyncIterable<string>)[Symbol.asyncIterator](), text: '' };
}

/** @returns whether this comes before the end */
async function reads(stream: TextStream, wanted: string): Promise<boolean> {
  while (!stream.text.includes(wanted)) {
    const { done, value } = await stream.pieces.next();
    if (done === true) return false;
    stream.text += value;
  }
  return true;
}
