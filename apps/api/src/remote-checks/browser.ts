import { type Answer, jsonOf, type Question } from '../cli/doctor/ask';
import type { Remote } from './remote';

/** A question of somebody: `json` becomes the body. */
export type BrowserQuestion = Omit<Question, 'signal'> & {
  readonly json?: object;
  readonly signal: AbortSignal;
};

interface Kept {
  readonly value: string;
  readonly path: string;
}

/** One person's browser: it keeps cookies by their path, and its access token once it has one. */
export class Browser {
  /** Access token. */
  token: string | null = null;
  private readonly cookies = new Map<string, Kept>();

  constructor(private readonly remote: Remote) {}

  async ask(path: string, { json, headers, ...question }: BrowserQuestion): Promise<Answer> {
    const answer = await this.remote.ask(path, {
      ...question,
      headers: {
        ...(json && { 'content-type': 'application/json' }),
        ...this.headersFor(path),
        ...headers,
      },
      ...(json && { body: JSON.stringify(json) }),
    });
    for (const cookie of answer.headers['set-cookie'] ?? []) this.keep(cookie);
    const { accessToken } = jsonOf(answer);
    if (typeof accessToken === 'string') this.token = accessToken;
    return answer;
  }

  /** What goes along with a request for this path. */
  headersFor(path: string): Record<string, string> {
    const sent = [...this.cookies]
      .filter(([, cookie]) => path.startsWith(cookie.path))
      .map(([name, { value }]) => `${name}=${value}`);
    return {
      ...(this.token !== null && { authorization: `Bearer ${this.token}` }),
      ...(sent.length > 0 && { cookie: sent.join('; ') }),
    };
  }

  private keep(cookie: string): void {
    const [pair = '', ...attributes] = cookie.split(';').map((part) => part.trim());
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice('path='.length) ?? '/';
    if (value === '' || attributes.some((attribute) => /^max-age=(0|-\d+)$/i.test(attribute)))
      this.cookies.delete(name);
    else this.cookies.set(name, { value, path });
  }
}
