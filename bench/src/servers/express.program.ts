/** Express with hand-written SQL for the same answers: `--cured` hands node the classes, as the API's adapter does. */
import express, { Express } from 'express';
import http from 'node:http';
import { BareDesk } from './bare-desk';

const [database = '', me = '1', port = '0', cured] = process.argv.slice(2);
const desk = new BareDesk(database, Number(me));
const app = express();
if (cured === '--cured') app.disable('etag').disable('x-powered-by');

app.use(express.json());
app.get('/health/ready', (_request, response) => void response.json({ status: 'ready' }));
app.get('/api/tickets/:id', (request, response) => void response.json(desk.ticket(request.params.id)));
app.get('/api/tickets/:id/messages', (request, response) => {
  response.json(desk.messages(request.params.id));
});
app.get('/api/tickets', (request, response) => {
  const { q } = request.query;
  response.json(typeof q === 'string' ? desk.search(q) : desk.newestOpen());
});
app.post('/api/tickets', (request, response) => {
  const { subject, body } = request.body as { subject: string; body: string };
  response.status(201).json(desk.create(subject, body));
});

const server = cured === '--cured' ? curedServer(app) : http.createServer(app);
server.listen(Number(port), '127.0.0.1');

function curedServer(target: Express): http.Server {
  class Request extends http.IncomingMessage {}
  class Response<R extends http.IncomingMessage> extends http.ServerResponse<R> {}
  copy(Request.prototype, target.request, http.IncomingMessage.prototype);
  copy(Response.prototype, target.response, http.ServerResponse.prototype);
  target.request = Request.prototype as Express['request'];
  target.response = Response.prototype as unknown as Express['response'];
  return http.createServer({ IncomingMessage: Request, ServerResponse: Response }, target);
}

function copy(to: object, from: object, stop: object): void {
  let proto: object | null = from;
  while (proto !== null && proto !== stop) {
    for (const name of Object.getOwnPropertyNames(proto)) {
      if (!Object.hasOwn(to, name))
        Object.defineProperty(to, name, Object.getOwnPropertyDescriptor(proto, name) as PropertyDescriptor);
    }
    proto = Object.getPrototypeOf(proto) as object | null;
  }
}
