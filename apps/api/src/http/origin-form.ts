/**
 * A request's target as every part of this process reads it: path and query.
 *
 * Clients of proxies send `GET http://host/path` (RFC 9112, 3.2.2). express routes by the path within, and answers some
 * such targets before any of our middleware runs; what looks at `url` would take it for a page of the client's.
 */
export function originForm(url: string): string {
  const host = url.indexOf('://');
  if (host === -1) return url;
  const start = url.slice(host + 3).search(/[/?#\\]/);
  if (start === -1) return '/';
  const target = url.slice(host + 3 + start);
  return target.startsWith('/') ? target : `/${target}`;
}
