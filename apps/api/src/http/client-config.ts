import type { RequestHandler } from 'express';

/** What the built client is told when it starts, so that one build serves every environment: `/config.json`. */
export interface ClientConfig {
  /** Where the API is: a path of the client's own origin, or an address. */
  apiBase: string;
  /** What the product is called here. */
  name: string;
  version: string;
  environment: string;
  features: {
    /** Demo accounts are offered on the sign-in page. */
    demoAccounts: boolean;
    /** Mail can be read in the client, for it goes nowhere else. */
    mailOutbox: boolean;
    /** Customers may make themselves an account. */
    registration: boolean;
  };
}

/** Answers `GET /config.json`; a CDN that serves the client has the same as a file. */
export function clientConfigFile(config: ClientConfig): RequestHandler {
  const body = JSON.stringify(config);
  return (req, res, next) => {
    if (req.path !== '/config.json' || (req.method !== 'GET' && req.method !== 'HEAD')) return next();
    res.setHeader('Cache-Control', 'no-cache');
    res.type('json').send(body);
  };
}
