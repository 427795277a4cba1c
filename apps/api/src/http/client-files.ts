import { randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import express from 'express';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { isApiPath } from './security-headers';

export interface ClientFilesOptions {
  /** The built client: index.html and its assets. */
  readonly folder: string;
  /** The page's Content-Security-Policy for a nonce: `clientPolicy(..)`. */
  readonly policy: (nonce: string) => string;
}

/** What the client's build writes where the nonce belongs (`ngCspNonce="__CSP_NONCE__"`). */
const NONCE_MARK = '__CSP_NONCE__';
/** The build's content hash: `main-5QF7A3XY.js`. Such a file never changes. */
const HASHED = /-[A-Z0-9]{8}\.\w+$/;

/**
 * Serves the client beside the API: assets as files (hashed ones for ever), and its page for every other address that
 * a browser may open or reload, with a fresh nonce in both page and header. What is no file is nobody's here: a
 * missing asset goes on to the API's 404, never to the page.
 */
export function clientFiles({ folder, policy }: ClientFilesOptions): RequestHandler {
  const assets = express.static(folder, {
    index: false,
    redirect: false,
    setHeaders: (res, path) =>
      res.setHeader('Cache-Control', HASHED.test(path) ? 'public, max-age=31536000, immutable' : 'no-cache'),
  });
  const page = new ClientPage(join(folder, 'index.html'), policy);
  return (req, res, next) => {
    if ((req.method !== 'GET' && req.method !== 'HEAD') || isApiPath(req.path)) next();
    else if (isPage(req)) page.send(res, next);
    else assets(req, res, next);
  };
}

function isPage(req: Request): boolean {
  const { path } = req;
  if (path === '/index.html') return true;
  return !path.includes('.', path.lastIndexOf('/')) && req.accepts('html') !== false;
}

/** index.html in pieces between its nonces; read again when the file has changed. */
class ClientPage {
  private pieces: string[] = [];
  private readAt = 0;

  constructor(
    private readonly file: string,
    private readonly policy: (nonce: string) => string,
  ) {}

  send(res: Response, next: NextFunction): void {
    this.load().then(
      () => this.answer(res),
      (error: NodeJS.ErrnoException) => next(error.code === 'ENOENT' ? undefined : error),
    );
  }

  private answer(res: Response): void {
    const nonce = randomBytes(16).toString('base64');
    res.setHeader('Content-Security-Policy', this.policy(nonce));
    res.setHeader('Cache-Control', 'no-cache');
    res.type('html').send(this.pieces.join(nonce));
  }

  private async load(): Promise<void> {
    const { mtimeMs } = await stat(this.file);
    if (mtimeMs === this.readAt) return;
    this.pieces = (await readFile(this.file, 'utf8')).split(NONCE_MARK);
    this.readAt = mtimeMs;
  }
}
