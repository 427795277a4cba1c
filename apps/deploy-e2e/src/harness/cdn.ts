import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What CloudFront was asked to forget. */
export interface Invalidation {
  distribution: string;
  paths: string[];
}

/** CloudFront as far as a release asks it: to forget paths. */
export class Cdn {
  readonly invalidations: Invalidation[] = [];
  /** What is looked at before each answer. */
  onInvalidation: () => void = () => undefined;
  private readonly server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const [, distribution] =
        /^\/2020-05-31\/distribution\/(\w+)\/invalidation$/.exec(request.url ?? '') ?? [];
      const paths = [...body.matchAll(/<Path>([^<]*)<\/Path>/g)].map(([, path]) => path ?? '');
      response.setHeader('content-type', 'text/xml');
      if (distribution === undefined) return response.writeHead(404).end();
      this.invalidations.push({ distribution, paths });
      this.onInvalidation();
      return response.writeHead(201).end(ANSWER);
    });
  });

  static async start(): Promise<Cdn> {
    const cdn = new Cdn();
    await new Promise<void>((listening) => cdn.server.listen(0, '127.0.0.1', listening));
    return cdn;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}

const ANSWER =
  '<?xml version="1.0"?><Invalidation xmlns="http://cloudfront.amazonaws.com/doc/2020-05-31/"><Id>I1</Id><Status>InProgress</Status></Invalidation>';
