/** Somebody who talks to the API as a browser does: JSON, a bearer token, forms with files. */
export class Client {
  token = '';
  /** Sent with the calls of identity. */
  cookie = '';

  constructor(private readonly origin: string) {}

  as(token: string): Client {
    const other = new Client(this.origin);
    other.token = token;
    return other;
  }

  send(method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> {
    const isForm = body instanceof FormData;
    return fetch(`${this.origin}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(this.token && { Authorization: `Bearer ${this.token}` }),
        ...(this.cookie && { Cookie: this.cookie }),
        ...(body && !isForm && { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: isForm ? body : JSON.stringify(body) }),
    });
  }

  /** @throws with the problem when the answer is none of success */
  async call<T>(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<T> {
    const answer = await this.send(method, `/api${path}`, body, headers);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text ? JSON.parse(text) : undefined) as T;
  }

  get<T>(path: string): Promise<T> {
    return this.call<T>('GET', path);
  }

  post<T>(path: string, body?: object, headers?: Record<string, string>): Promise<T> {
    return this.call<T>('POST', path, body, headers);
  }

  async signIn(email: string, password: string): Promise<this> {
    const { accessToken } = await this.post<{ accessToken: string }>('/auth/login', { email, password });
    this.token = accessToken;
    return this;
  }

  /** Stages files for a message. */
  async stage(...files: { name: string; bytes: Uint8Array<ArrayBuffer> }[]): Promise<Attachment[]> {
    const form = new FormData();
    for (const { name, bytes } of files) form.append('attachments', new Blob([bytes]), name);
    return (await this.post<{ items: Attachment[] }>('/attachments', form)).items;
  }

  /** What a browser saves: the link is followed without the token. */
  async download(id: string): Promise<{ bytes: Buffer; headers: Headers }> {
    const redirect = await this.send('GET', `/api/attachments/${id}/download`);
    if (redirect.status !== 302) throw new Error(`GET /attachments/${id}/download: ${redirect.status}`);
    const answer = await fetch(new URL(redirect.headers.get('location') ?? '', this.origin));
    if (!answer.ok) throw new Error(`The link of ${id}: ${answer.status}`);
    return { bytes: Buffer.from(await answer.arrayBuffer()), headers: answer.headers };
  }
}

export interface Attachment {
  id: string;
  filename: string;
  sha256: string;
  size: number;
}

export interface Ticket {
  id: string;
  number: number;
  subject: string;
  status: string;
  version: number;
  unread: boolean;
  attachmentCount: number;
}

export interface Message {
  id: string;
  kind: string;
  body: string;
  attachments: Attachment[];
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}
