import http from 'node:http';
import https from 'node:https';
import { type NestApplicationOptions, StreamableFile } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import express from 'express';
import type { Express, Response as ExpressResponse } from 'express';
import { originForm } from './origin-form';

/**
 * Nest's express adapter, three times as fast.
 *
 * express gives each request and response another prototype (`Object.setPrototypeOf(req, app.request)`), which makes
 * every later property access slow. Here node is told to build requests and responses that have express's methods
 * from birth, so that express sets what is already set. Bodies are not hashed for an ETag, and the server does not
 * say what it is. Paths are read as they are written: what sorts them by `/api` must never see another path than the
 * router. A mounted sub-application (`app.use(express())`) would lose the gain for its own routes.
 */
export class FastExpressAdapter extends ExpressAdapter {
  constructor(instance: Express = express()) {
    // The router is made by the first `use`, which the parent calls, and keeps the setting of that moment.
    super(instance.enable('case sensitive routing'));
    instance.disable('etag').disable('x-powered-by');
  }

  /** The server, which may listen before Nest's application is there; that then takes it over. */
  earlyServer(): http.Server {
    this.initHttpServer({});
    return this.getHttpServer() as http.Server;
  }

  override initHttpServer(options: NestApplicationOptions): void {
    if (this.getHttpServer() !== undefined) return;
    const app = this.getInstance<Express>();
    class Request extends http.IncomingMessage {}
    class Response<R extends http.IncomingMessage> extends http.ServerResponse<R> {}
    copyMembers(Request.prototype, app.request, http.IncomingMessage.prototype);
    copyMembers(Response.prototype, app.response, http.ServerResponse.prototype);
    app.request = Request.prototype as Express['request'];
    app.response = Response.prototype as Express['response'];
    const serve: http.RequestListener = (req, res) => {
      const url = req.url as string;
      if (!url.startsWith('/')) req.url = originForm(url);
      app(req, res);
    };
    const classes = { IncomingMessage: Request, ServerResponse: Response };
    this.setHttpServer(
      options?.httpsOptions
        ? https.createServer({ ...options.httpsOptions, ...classes }, serve)
        : http.createServer(classes, serve),
    );
    if (options?.forceCloseConnections) this.destroyConnectionsOnClose();
  }

  /**
   * JSON as one string, which node sends in one piece with the headers; express would copy it into a buffer first, and
   * look whether a 304 would do: never, since an answer here depends on more than its ETag.
   */
  override reply(response: ExpressResponse, body: unknown, statusCode?: number): unknown {
    if (typeof body !== 'object' || body === null || body instanceof StreamableFile || response.headersSent)
      return super.reply(response, body, statusCode) as unknown;
    if (statusCode) response.statusCode = statusCode;
    const json = JSON.stringify(body);
    if (!response.hasHeader('Content-Type'))
      response.setHeader('Content-Type', 'application/json; charset=utf-8');
    response.setHeader('Content-Length', Buffer.byteLength(json));
    return response.end(json);
  }

  /** What the parent does with `forceCloseConnections`, by node's own means. */
  private destroyConnectionsOnClose(): void {
    const server = this.getHttpServer() as http.Server;
    const close = server.close.bind(server);
    server.close = (done) => {
      close(done);
      server.closeAllConnections();
      return server;
    };
  }
}

/** Own members of `from` and of its prototypes down to `stop`, the nearest winning. */
function copyMembers(to: object, from: object, stop: object): void {
  for (
    let proto: object | null = from;
    proto !== null && proto !== stop;
    proto = Object.getPrototypeOf(proto)
  ) {
    for (const name of Object.getOwnPropertyNames(proto)) {
      if (Object.hasOwn(to, name)) continue;
      Object.defineProperty(to, name, Object.getOwnPropertyDescriptor(proto, name) as PropertyDescriptor);
    }
  }
}
