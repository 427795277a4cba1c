import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * - `throttled`, `denied`, `unavailable`: the service's own error answers
 * - `hanging`: takes the question and never answers
 * - `cut`: half an answer, then the connection is reset
 */
export type AwsFault = 'throttled' | 'denied' | 'unavailable' | 'hanging' | 'cut';

const FAULTS: Record<Exclude<AwsFault, 'hanging' | 'cut'>, [status: number, type: string]> = {
  throttled: [400, 'ThrottlingException'],
  denied: [400, 'AccessDeniedException'],
  unavailable: [500, 'InternalServiceError'],
};

/** What a service says no with: its name goes into `__type`. */
export class AwsError extends Error {
  constructor(
    readonly type: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

export interface AwsCall {
  /** The operation, such as `GetSecretValue`. */
  readonly operation: string;
  readonly input: Record<string, unknown>;
}

type Operation = (input: never) => unknown;

/** A service of AWS that speaks JSON 1.1, on a port of this machine: for the real SDK, with faults by script. */
export abstract class AwsJsonServer {
  /** Every call that came, in order, those that failed too. */
  readonly calls: AwsCall[] = [];
  private readonly script: AwsFault[] = [];
  private lasting: AwsFault | null = null;
  private server: Server | undefined;
  private port = 0;

  /** @param service as it stands in signatures: `secretsmanager`, `logs` */
  protected constructor(private readonly service: string) {}

  protected abstract readonly operations: Readonly<Record<string, Operation>>;

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Listens, again on the same port after `stop()`. */
  async listen(): Promise<this> {
    const server = createServer((request, response) => void this.answer(request, response));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(this.port, '127.0.0.1', resolve);
    });
    this.server = server;
    this.port = (server.address() as AddressInfo).port;
    return this;
  }

  /** Gone, and every connection with it, as when the machine dies. Calling it twice is fine. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (!server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  /** The next calls fail so, one after the other; then it is well again. */
  failNext(...faults: AwsFault[]): void {
    this.script.push(...faults);
  }

  /** Every call fails so until `null`. */
  failAlways(fault: AwsFault | null): void {
    this.lasting = fault;
  }

  callsOf(operation: string): AwsCall[] {
    return this.calls.filter((call) => call.operation === operation);
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.on('error', () => undefined);
    const operation =
      String(request.headers['x-amz-target'] ?? '')
        .split('.')
        .at(-1) ?? '';
    try {
      const input = JSON.parse((await text(request)) || '{}') as Record<string, unknown>;
      this.calls.push({ operation, input });
      this.assertSigned(request);
      const fault = this.script.shift() ?? this.lasting;
      if (fault === 'hanging') return;
      if (fault === 'cut') return cut(response);
      if (fault) throw new AwsError(FAULTS[fault][1], `by script: ${fault}`, FAULTS[fault][0]);
      send(response, 200, this.perform(operation, input));
    } catch (error) {
      if (!(error instanceof AwsError)) return void response.destroy(error as Error);
      send(response, error.status, { __type: error.type, message: error.message });
    }
  }

  private perform(operation: string, input: Record<string, unknown>): unknown {
    const perform = this.operations[operation];
    if (!perform) throw new AwsError('UnknownOperationException', operation);
    return perform(input as never);
  }

  /** That somebody signed, and for this service; with which key is not looked at. */
  private assertSigned({ headers }: IncomingMessage): void {
    const scope = new RegExp(`^AWS4-HMAC-SHA256 Credential=[^/]+/\\d{8}/[^/]+/${this.service}/aws4_request,`);
    if (!scope.test(headers.authorization ?? ''))
      throw new AwsError('MissingAuthenticationToken', 'not signed', 403);
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const json = JSON.stringify(body ?? {});
  response
    .writeHead(status, {
      'Content-Type': 'application/x-amz-json-1.1',
      'Content-Length': Buffer.byteLength(json),
    })
    .end(json);
}

function cut(response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.1', 'Content-Length': 100 });
  response.write('{"', () => response.destroy());
}
