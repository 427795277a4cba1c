import { type IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Ticket {
  id: string;
  subject: string;
}

interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** The desk as it is reached from outside: by its name, over TLS, with a new connection for each request. */
export class Desk {
  token = '';
  /** For good: nobody need ask any more. */
  isGone = false;
  /** PEM; more than one where it is being renewed. */
  readonly certificates: string[] = [];

  constructor(
    readonly name: string,
    readonly port: number,
  ) {}

  /** Resolves with whatever is answered. @throws when nothing is, or not all of it */
  ask(method: string, path: string, body?: object): Promise<Answer> {
    const text = body && JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const asked = request({
        ...{ host: '127.0.0.1', port: this.port, servername: this.name, ca: this.certificates, agent: false },
        ...{ method, path, timeout: 60_000 },
        headers: {
          Host: this.name,
          ...(this.token && { Authorization: `Bearer ${this.token}` }),
          ...(text && { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) }),
        },
      });
      asked.on('timeout', () => asked.destroy(new Error('no answer within 60 s')));
      asked.on('error', reject);
      asked.on('response', (response) => {
        let answer = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { complete, statusCode = 0, headers } = response;
          if (complete) resolve({ status: statusCode, headers, body: answer });
          else reject(new Error('the answer was cut'));
        });
      });
      asked.end(text);
    });
  }

  /** @throws with the problem when the answer is none of success */
  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await this.ask(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    return (answer.body ? JSON.parse(answer.body) : undefined) as T;
  }

  async signIn({ email, password }: { email: string; password: string }): Promise<void> {
    const { accessToken } = await this.call<{ accessToken: string }>('POST', '/api/auth/login', {
      email,
      password,
    });
    this.token = accessToken;
  }

  /** Every item of a list, page by page. */
  async all<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Page<T> = await this.call('GET', `${path}?limit=100${cursor && `&cursor=${cursor}`}`);
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  /** The certificate that it shows now, PEM. */
  certificate(): Promise<string> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.port, servername: this.name, ca: this.certificates };
      const socket = connect(options, () => {
        resolve(new X509Certificate(socket.getPeerCertificate().raw).toString());
        socket.destroy();
      });
      socket.on('error', reject);
    });
  }

  async isReady(): Promise<boolean> {
    const answer = await this.ask('GET', '/health/ready').catch(() => undefined);
    return answer?.status === 200;
  }

  async version(): Promise<string> {
    return (await this.call<{ version: string }>('GET', '/health')).version;
  }
}
