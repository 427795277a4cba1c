import { type APIRequestContext, type APIResponse, expect } from '@playwright/test';
import type { Message, SignedIn, Ticket } from '@liftdesk/api-client';
import type { Person } from './people';

export interface UploadedFile {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

/** What was there before a journey begins is made over HTTP. */
export class Api {
  constructor(private readonly newContext: () => Promise<APIRequestContext>) {}

  /** Makes a customer's account. */
  async register({ name, email, password }: Person): Promise<Caller> {
    const request = await this.newContext();
    const answer = await request.post('/api/auth/register', { data: { name, email, password } });
    return new Caller(request, (await read<SignedIn>(answer)).accessToken);
  }

  async signIn({ email, password }: Person): Promise<Caller> {
    const request = await this.newContext();
    const answer = await request.post('/api/auth/login', { data: { email, password } });
    return new Caller(request, (await read<SignedIn>(answer)).accessToken);
  }
}

/** Somebody signed in. Each call fails the test unless the server agrees. */
export class Caller {
  constructor(
    private readonly request: APIRequestContext,
    private readonly token: string,
  ) {}

  async openTicket(subject: string, body: string, attachmentIds: string[] = []): Promise<Ticket> {
    return read(await this.send('post', '/api/tickets', { subject, body, attachmentIds }));
  }

  async ticket(id: string | number): Promise<Ticket> {
    return read(await this.send('get', `/api/tickets/${id}`));
  }

  async change(id: string | number, change: Record<string, unknown>): Promise<Ticket> {
    return read(await this.send('patch', `/api/tickets/${id}`, change));
  }

  async write(id: string | number, body: string, kind: 'reply' | 'note' = 'reply'): Promise<Message> {
    return read(await this.send('post', `/api/tickets/${id}/messages`, { body, kind }));
  }

  async messages(id: string | number): Promise<Message[]> {
    const page = await this.send('get', `/api/tickets/${id}/messages?limit=100`);
    return (await read<{ items: Message[] }>(page)).items;
  }

  private send(method: 'get' | 'post' | 'patch', path: string, data?: object): Promise<APIResponse> {
    const headers = { Authorization: `Bearer ${this.token}` };
    return this.request[method](path, { headers, ...(data && { data }) });
  }
}

async function read<T>(answer: APIResponse): Promise<T> {
  expect(answer.ok(), `${answer.url()}: ${answer.status()} ${await answer.text()}`).toBe(true);
  return (await answer.json()) as T;
}
