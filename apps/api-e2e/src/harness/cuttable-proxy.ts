import { once } from 'node:events';
import { type Server, type Socket, connect, createServer } from 'node:net';

/** What a client says, looked at before it is passed on. */
export type Look = (text: string) => 'pass' | 'cut' | 'pass, then cut';

/** The way to a server of PostgreSQL, which a test can break. */
export class CuttableProxy {
  /** Bytes that clients have sent. */
  sent = 0;
  look: Look = () => 'pass';
  /** Takes no new connections while it is broken. */
  isBroken = false;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async to(port: number): Promise<CuttableProxy> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new CuttableProxy(server, (server.address() as { port: number }).port);
    server.on('connection', (client) => proxy.join(client, port));
    return proxy;
  }

  cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(client: Socket, port: number): void {
    if (this.isBroken) return void client.destroy();
    const server = connect(port, '127.0.0.1');
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        this.sockets.delete(socket);
        client.destroy();
        server.end();
      });
    }
    client.on('data', (chunk) => {
      this.sent += chunk.length;
      const verdict = this.look(chunk.toString('latin1'));
      if (verdict !== 'cut') server.write(chunk);
      if (verdict === 'pass') return;
      // What the server answers is not heard; what it was told, it does.
      this.isBroken = true;
      client.destroy();
    });
    server.on('data', (chunk) => void client.write(chunk));
  }
}
