import { once } from 'node:events';
import { type Stats, createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { DIST } from './built-product';

const FOLDER = join(DIST, 'web/browser');
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** The built client on an origin of its own, as a CDN has it: files, the page for all else, and its `/config.json`. */
export class ClientHost {
  /** What the client is told that it is. */
  config: object = {};

  readonly url: string;

  private constructor(private readonly server: Server) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => void this.answer(request, response));
  }

  static async start(): Promise<ClientHost> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new ClientHost(server);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer({ url = '/' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = normalize(new URL(url, this.url).pathname);
    if (path === '/config.json') {
      response.setHeader('Content-Type', 'application/json').end(JSON.stringify(this.config));
      return;
    }
    const found = await stat(join(FOLDER, path)).catch((): Stats | null => null);
    const file = found?.isFile() ? path : '/index.html';
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
    createReadStream(join(FOLDER, file)).pipe(response);
  }
}
