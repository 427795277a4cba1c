import { ExecutionContext, Injectable, createParamDecorator } from '@nestjs/common';
import type { Request } from 'express';
import { createHash } from 'node:crypto';
import { EntityManager } from 'typeorm';
import { dialectOf } from '../database/dialect';
import { Clock } from './clock';
import { IdempotencyMismatchError, ValidationError } from './domain-error';

/** The request's `Idempotency-Key`, if it has one. */
export const IdempotencyKeyHeader = createParamDecorator(
  (_: unknown, context: ExecutionContext): string | undefined => {
    const key = context.switchToHttp().getRequest<Request>().headers['idempotency-key'];
    if (key === undefined) return undefined;
    if (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key)) return key;
    throw ValidationError.of(
      'Idempotency-Key',
      'Idempotency-Key has 1 to 200 printable ASCII characters without spaces',
    );
  },
);

export interface IdempotentRequest {
  key: string | undefined;
  userRid: number;
  /** What is created and with what: the same key with another one is refused. */
  subject: unknown;
}

const DAY_MS = 86_400_000;
const FIND =
  'select fingerprint, answer, created_at as "createdAt" from idempotency_key where user_rid = ? and key = ?';
const FORGET = 'delete from idempotency_key where user_rid = ? and key = ?';
const STORE =
  'insert into idempotency_key (user_rid, key, fingerprint, answer, created_at) values (?, ?, ?, ?, ?)';

/** Makes a creating request safe to repeat: its first answer is kept, in its own transaction, for 24 hours. */
@Injectable()
export class Idempotency {
  constructor(private readonly clock: Clock) {}

  /**
   * Does the work, unless this key did it already: then the first answer comes again.
   * @param manager of the transaction in which the work is done
   * @throws IdempotencyMismatchError when the key came with another body
   */
  async once<T>(manager: EntityManager, request: IdempotentRequest, work: () => Promise<T>): Promise<T> {
    if (request.key === undefined) return work();
    // A repetition waits here: later on it would meet what the first has done, and be refused for it.
    await dialectOf(manager).oneByOne(manager, `idempotency-key ${request.userRid} ${request.key}`);
    const now = this.clock.now();
    const fingerprint = createHash('sha256').update(JSON.stringify(request.subject)).digest('hex');
    const [known]: { fingerprint: string; answer: string; createdAt: number }[] = await manager.query(FIND, [
      request.userRid,
      request.key,
    ]);
    if (known && known.createdAt > now - DAY_MS) {
      if (known.fingerprint === fingerprint) return JSON.parse(known.answer) as T;
      throw new IdempotencyMismatchError('This Idempotency-Key was used with another body');
    }
    if (known) await manager.query(FORGET, [request.userRid, request.key]);
    const answer = await work();
    await manager.query(STORE, [request.userRid, request.key, fingerprint, JSON.stringify(answer), now]);
    return answer;
  }

  /** @returns how many keys were forgotten */
  async sweep(manager: EntityManager): Promise<number> {
    const rows: unknown[] = await manager.query(
      'delete from idempotency_key where created_at < ? returning key',
      [this.clock.now() - DAY_MS],
    );
    return rows.length;
  }
}
