import type { Server } from 'node:http';
import request, { type Test } from 'supertest';

/** Somebody with an account and a running session. */
export interface Person {
  id: string;
  rid: number;
  email: string;
  name: string;
  role: 'customer' | 'agent' | 'admin';
  password: string;
  /** Access token. */
  token: string;
  sessionId: string;
  refreshToken: string;
}

export type Method = 'get' | 'post' | 'patch' | 'put' | 'delete' | 'head' | 'options';

/** Makes requests as one person, or as nobody. Paths are those below `/api`. */
export class Caller {
  constructor(
    private readonly server: Server,
    private readonly token: string | null,
    private readonly address: string | null = null,
  ) {}

  get = (path: string): Test => this.send('get', path);
  post = (path: string, body?: object): Test => this.send('post', path, body);
  patch = (path: string, body?: object): Test => this.send('patch', path, body);
  put = (path: string, body?: object): Test => this.send('put', path, body);
  delete = (path: string): Test => this.send('delete', path);

  /** The same caller from this address, as a proxy on this machine would tell it. */
  from(address: string): Caller {
    return new Caller(this.server, this.token, address);
  }

  send(method: Method, path: string, body?: object): Test {
    const test = request(this.server)[method](`/api${path}`);
    if (this.token !== null) void test.set('Authorization', `Bearer ${this.token}`);
    if (this.address !== null) void test.set('X-Forwarded-For', this.address);
    return body === undefined ? test : test.send(body);
  }
}
