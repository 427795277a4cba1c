import type { Answer } from '../../cli/doctor/ask';
import { failure, type Finding, ok, warning } from '../../cli/doctor/check';
import { VERSION_TOLD } from '../../remote-checks/expectation';
import { headerOf, look, type SecurityCheck } from '../audit-check';

const HTML = { headers: { accept: 'text/html' } };
const FIX = {
  cause: 'the browser is not told to be careful with what it gets',
  fix: 'the desk sends it itself: see what nginx or the CDN takes away, or serve the client with the headers of docs/security.md',
};
/** A directive and what it may hold at most; scripts and styles may have nonces and hashes besides. */
const NONCE_OR_HASH = /^'(nonce|sha(256|384|512))-/;
const DANGEROUS = new Set(["'unsafe-inline'", "'unsafe-eval'", '*', 'http:', 'https:', 'data:', 'blob:']);

/** What the page may load, embed and be embedded in. */
export const contentPolicyCheck: SecurityCheck = {
  name: 'content-policy',
  asvs: ['3.4.3', '3.4.6'],
  run: async (context, signal) => {
    const policy = parse(headerOf(await look(context, '/', signal, HTML), 'content-security-policy'));
    const problems = problemsOf(policy);
    return problems.length === 0
      ? ok('scripts from its own origin only; no objects, no frames around it')
      : failure(`the page’s Content-Security-Policy: ${problems.join('; ')}`, FIX);
  },
};

type Policy = ReadonlyMap<string, readonly string[]>;

function parse(policy: string): Policy {
  const parts = policy.split(';').map((part) => part.trim().split(/\s+/));
  return new Map(parts.map(([name = '', ...values]) => [name.toLowerCase(), values]));
}

function problemsOf(policy: Policy): string[] {
  const of = (name: string): readonly string[] | undefined => policy.get(name) ?? policy.get('default-src');
  const scripts = of('script-src');
  return [
    ...(scripts === undefined ? ['it says nothing of scripts'] : dangers('script-src', scripts)),
    ...(of('object-src')?.join() === "'none'" ? [] : ["object-src is not 'none'"]),
    ...(/^'(none|self)'$/.test(policy.get('base-uri')?.join() ?? '') ? [] : ['base-uri is open']),
    ...(/^'(none|self)'$/.test(policy.get('frame-ancestors')?.join() ?? '') ? [] : ['anybody may frame it']),
    ...(policy.has('form-action') ? [] : ['forms may go anywhere']),
  ];
}

function dangers(directive: string, values: readonly string[]): string[] {
  const strict = values.some((value) => NONCE_OR_HASH.test(value));
  // Where there is a nonce or a hash, 'unsafe-inline' counts for browsers that know neither.
  const found = values.filter((value) => DANGEROUS.has(value) && !(strict && value === "'unsafe-inline'"));
  return found.map((value) => `${directive} lets in ${value}`);
}

/** On the page, on what the API answers, and on what is not there. */
export const headersCheck: SecurityCheck = {
  name: 'headers',
  asvs: ['3.4.4', '3.4.5', '14.3.2', '4.1.1'],
  run: async (context, signal) => {
    const page = await look(context, '/', signal, HTML);
    const api = await look(context, '/api/auth/options', signal);
    const missing = await look(context, '/api/there-is-no-such-thing', signal);
    const problems = [
      ...commonProblems('the page', page),
      ...commonProblems('the API', api),
      ...commonProblems('an error', missing),
      ...(/no-referrer|same-origin|strict-origin/.test(headerOf(page, 'referrer-policy'))
        ? []
        : ['the page has no Referrer-Policy']),
      ...(headerOf(api, 'cache-control').includes('no-store') ? [] : ['answers of the API may be stored']),
      ...(headerOf(page, 'cross-origin-opener-policy') === 'same-origin'
        ? []
        : ['the page has no Cross-Origin-Opener-Policy']),
    ];
    return problems.length === 0
      ? ok('nosniff, types, referrer, opener and caching are as they should be')
      : failure(problems.join('; '), FIX);
  },
};

function commonProblems(what: string, answer: Answer): string[] {
  const type = headerOf(answer, 'content-type');
  return [
    ...(headerOf(answer, 'x-content-type-options') === 'nosniff' ? [] : [`${what} has no nosniff`]),
    ...(type === '' ? [`${what} has no Content-Type`] : []),
    ...(type.startsWith('text/') && !/charset=utf-8/i.test(type) ? [`${what} says no charset`] : []),
  ];
}

/** Who knows the version knows the holes. */
export const bannerCheck: SecurityCheck = {
  name: 'server-version',
  asvs: ['13.4.2', '16.5.1'],
  run: async (context, signal) => {
    const answers = [
      await look(context, '/', signal, HTML),
      await look(context, '/api/auth/options', signal),
    ];
    const told = answers.flatMap((answer) =>
      ['server', 'x-powered-by', 'x-aspnet-version'].map((name) => headerOf(answer, name)),
    );
    const versions = told.filter((value) => VERSION_TOLD.test(value) || /express/i.test(value));
    if (versions.length > 0)
      return failure(`answers name their software: ${[...new Set(versions)].join(', ')}`, {
        cause: 'whoever looks for machines with a known hole finds this one by it',
        fix: 'server_tokens off; in nginx, and no X-Powered-By from anything in front of the desk',
      });
    return errorSaysLittle(await look(context, '/api/auth/login', signal, BROKEN));
  },
};

const BROKEN = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"email":' };

function errorSaysLittle(answer: Answer): Finding {
  const body = answer.body.toString('utf8');
  if (/\bat \S+ \(|node_modules|\/home\/|SQLITE|TypeORM|stack/i.test(body))
    return failure('an error tells where in the code it happened', {
      cause: 'a debug mode is on, or something in front makes pages of its own',
      fix: 'NODE_ENV=production; restart',
    });
  return answer.status === 400
    ? ok('no version of anything is told, and errors say nothing of the inside')
    : warning(`a broken request was answered ${answer.status} and not 400`, {
        cause: 'something in front of the desk answers for it',
        fix: 'look at what the proxy or CDN does with POST requests to /api',
      });
}
