import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Request } from 'express';
import helmet from 'helmet';
import type { HelmetOptions } from 'helmet';

export interface SecurityHeaderOptions {
  /** Served over TLS only: browsers are told to stay there. False on http://localhost, or the client cannot load. */
  readonly https: boolean;
  /** Origins besides our own that the client reads from: the object store's, the API's; none by default. */
  readonly otherOrigins?: readonly string[];
}

/** Pages of the OpenAPI browser: its bundle styles itself inline. */
const DOCS = /^\/api\/docs(?:\/|$)/;
/** Say nothing about an answer that is no page. */
const FOR_PAGES = new Set(['Cross-Origin-Opener-Policy', 'Referrer-Policy']);
const API = /^\/(?:api|health|metrics)(?:\/|$)/;

/** Whether a path is the API's, a load balancer's or a scraper's, and never the client's. `req.path`: as the router reads it. */
export function isApiPath(path: string): boolean {
  return API.test(path);
}

/**
 * Puts helmet's headers on every answer. They do not depend on the request, so helmet runs once for each kind of
 * answer and its result is set. API answers are not to be stored either, unless their handler says otherwise.
 */
export function securityHeaders(options: SecurityHeaderOptions) {
  const none = { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] };
  const api: Header[] = [
    ...headersOf(options, none).filter(([name]) => !FOR_PAGES.has(name)),
    ['Cache-Control', 'no-store'],
  ];
  const docs = headersOf(options, docsDirectives());
  const client = headersOf(options, clientDirectives(options));
  return (req: Request, res: ServerResponse, next: () => void): void => {
    const { path } = req;
    const headers = !isApiPath(path) ? client : DOCS.test(path) ? docs : api;
    for (const [name, value] of headers) res.setHeader(name, value);
    next();
  };
}

/** The page's policy for one answer: `nonce` lets the styles in that Angular adds while it runs. */
export function clientPolicy(options: SecurityHeaderOptions): (nonce: string) => string {
  const policy =
    headersOf(options, clientDirectives(options, ["'nonce-__NONCE__'"])).find(isPolicy)?.[1] ?? '';
  const parts = policy.split('__NONCE__');
  return (nonce) => parts.join(nonce);
}

type Directives = Record<string, string[]>;
type Header = readonly [name: string, value: string];

const isPolicy = ([name]: Header) => name.toLowerCase() === 'content-security-policy';

function clientDirectives(options: SecurityHeaderOptions, styles: string[] = []): Directives {
  const others = options.otherOrigins ?? [];
  return {
    'default-src': ["'self'"],
    'script-src': ["'self'"],
    'script-src-attr': ["'none'"],
    'style-src': ["'self'", ...styles],
    'img-src': ["'self'", 'data:', 'blob:', ...others],
    'font-src': ["'self'"],
    'connect-src': ["'self'", ...others],
    'frame-src': ['blob:'],
    'object-src': ["'none'"],
    'base-uri': ["'self'"],
    'form-action': ["'self'"],
    'frame-ancestors': ["'none'"],
    ...(options.https ? { 'upgrade-insecure-requests': [] } : {}),
  };
}

function docsDirectives(): Directives {
  return {
    'default-src': ["'self'"],
    'script-src': ["'self'"],
    'style-src': ["'self'", "'unsafe-inline'"],
    'img-src': ["'self'", 'data:'],
    'object-src': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'self'"],
    'frame-ancestors': ["'none'"],
  };
}

function headersOf(options: SecurityHeaderOptions, directives: Directives): Header[] {
  const answer: OutgoingHttpHeaders = {};
  const recorder = {
    setHeader: (name: string, value: string) => (answer[name] = value),
    removeHeader: () => undefined,
  };
  helmet(helmetOptions(options, directives))(
    {} as IncomingMessage,
    recorder as unknown as ServerResponse,
    () => undefined,
  );
  return Object.entries(answer).map(([name, value]) => [name, String(value)]);
}

/** Left out: what no browser of this decade reads (X-Download-Options, X-Permitted-Cross-Domain-Policies, ..). */
function helmetOptions({ https }: SecurityHeaderOptions, directives: Directives): HelmetOptions {
  return {
    contentSecurityPolicy: { useDefaults: false, directives },
    strictTransportSecurity: https ? { maxAge: 31_536_000, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginEmbedderPolicy: false,
    originAgentCluster: false,
    xDnsPrefetchControl: false,
    xDownloadOptions: false,
    xFrameOptions: { action: 'deny' },
    xPermittedCrossDomainPolicies: false,
    xPoweredBy: false,
    xXssProtection: false,
  };
}
