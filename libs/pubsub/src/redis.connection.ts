import { Redis, type RedisOptions } from 'ioredis';

/** Where Redis is, and what our keys there begin with. */
export interface RedisConnection {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly tls: boolean;
  readonly keyPrefix: string;
}

/** A client that is not connected yet and keeps nothing for later. */
export function clientOf(
  { host, port, username, password, tls }: RedisConnection,
  more: RedisOptions,
): Redis {
  return new Redis({
    host,
    port,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2_000,
    disconnectTimeout: 200,
    disableClientInfo: true,
    // What was a primary and is a replica now refuses writes: the name may lead to the new primary by now.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    ...more,
  });
}

/** Never the error itself: ioredis hangs the command on it, and that of a refused sign-in holds the password. */
export function reasonOf(error: unknown): string {
  const { message, code, name } = error as NodeJS.ErrnoException;
  return message || code || name;
}

/** The two streams of a desk: what is kept, and what only passes. */
export interface Streams {
  readonly kept: string;
  readonly passing: string;
}

export const streamsOf = ({ keyPrefix }: RedisConnection): Streams => ({
  kept: `${keyPrefix}events`,
  passing: `${keyPrefix}passing`,
});

/** What stands in one entry of a stream. */
export interface Envelope {
  /** Tells a message that was sent twice. */
  readonly nonce: string;
  /** Undefined for a mark. */
  readonly data?: unknown;
  /** The sender had to drop messages. */
  readonly missed?: true;
}

export const FIELD = 'm';
