/** What the gate needs of a better-sqlite3 connection. */
export interface GateConnection {
  exec(sql: string): unknown;
  readonly inTransaction: boolean;
}

export interface WriteGateOptions {
  /** How long a transaction may wait for its turn, ms. */
  waitMs: number;
  /** How long a transaction may hold its turn, ms. Time spent inside SQLite does not count: it blocks the timer too. */
  turnMs: number;
  /** How many transactions may share one COMMIT. */
  groupSize: number;
}

export const WRITE_GATE_DEFAULTS: WriteGateOptions = { waitMs: 10_000, turnMs: 5_000, groupSize: 64 };

/** Another process has the file: it is tried again so often, and in between this one does other work. */
const TRY_AGAIN_MS = 10;

/** The gate refused or ended a transaction; nothing of it was written. The caller may try again. */
export class WriteGateError extends Error {
  readonly code = 'database-busy';
  readonly status = 503;
}

/** One transaction's time on the connection, from its SAVEPOINT to commit() or rollback(). */
export interface Turn {
  /** Throws when the turn is over, so that no late statement lands in somebody else's transaction. */
  assertOpen(): void;
  /** Resolves when the COMMIT that carries this turn is on disk; rejects when that COMMIT failed. */
  commit(): Promise<void>;
  rollback(): void;
}

interface Waiter {
  admit(): void;
  refuse(error: Error): void;
}

interface Member {
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Lets transactions onto SQLite's one connection in the order they came, one at a time, and lets those
 * that wait share one COMMIT: `BEGIN IMMEDIATE`, for each `SAVEPOINT` .. `RELEASE` or `ROLLBACK TO`, one
 * `COMMIT`. A transaction is answered only after that COMMIT. Without the gate TypeORM's single
 * connection mixes concurrent transactions: A's rollback takes acknowledged rows of B and C with it.
 *
 * A group starts in the next turn of the event loop, so requests that arrived together are in it, and
 * ends as soon as nobody waits: no delay is added. See docs/decisions for the figures.
 */
export class WriteGate {
  private readonly waiting: Waiter[] = [];
  private members: Member[] = [];
  private idle: (() => void)[] = [];
  private admitted = 0;
  private open = false;
  private scheduled = false;
  /** Why the last try to begin came to nothing; undefined when it did not. */
  private locked?: unknown;

  constructor(
    private readonly connection: () => GateConnection,
    private readonly options: WriteGateOptions = WRITE_GATE_DEFAULTS,
  ) {}

  /** True while a group's transaction is open on the connection. */
  get busy(): boolean {
    return this.open;
  }

  /** Transactions that wait for their turn, for tests and metrics. */
  get backlog(): number {
    return this.waiting.length;
  }

  /** Resolves when no transaction is open, so that a statement of its own sees only committed rows. */
  whenIdle(): Promise<void> {
    return this.open ? new Promise((resolve) => this.idle.push(resolve)) : Promise.resolve();
  }

  /** Waits for a turn. Rejects with WriteGateError after `waitMs`, or with SQLite's error when it cannot begin. */
  enter(): Promise<Turn> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(waiter), 1);
        reject(this.tooLate());
      }, this.options.waitMs);
      timer.unref();
      const waiter: Waiter = {
        admit: () => {
          clearTimeout(timer);
          resolve(this.takeTurn());
        },
        refuse: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.waiting.push(waiter);
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.open || this.scheduled || this.waiting.length === 0) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.startGroup();
    });
  }

  private startGroup(): void {
    try {
      this.connection().exec('BEGIN IMMEDIATE');
      this.locked = undefined;
    } catch (error) {
      if (isLocked(error)) return this.tryAgain(error);
      const refusal = new WriteGateError('The database takes no writes', { cause: error });
      for (const waiter of this.waiting.splice(0)) waiter.refuse(refusal);
      return;
    }
    this.open = true;
    this.admitted = 0;
    this.next();
  }

  /** A migration, or a command, writes beside us: who waits for longer than he may has gone by himself. */
  private tryAgain(error: unknown): void {
    this.locked = error;
    this.scheduled = true;
    setTimeout(() => {
      this.scheduled = false;
      this.schedule();
    }, TRY_AGAIN_MS);
  }

  private tooLate(): WriteGateError {
    return this.locked === undefined
      ? new WriteGateError(`No turn on the database within ${this.options.waitMs} ms`)
      : new WriteGateError('The database is locked by another process', { cause: this.locked });
  }

  /** Admits the next transaction, or ends the group when none waits or the group is full. */
  private next(): void {
    const waiter = this.admitted < this.options.groupSize ? this.waiting.shift() : undefined;
    if (!waiter) return this.endGroup();
    this.admitted += 1;
    try {
      this.connection().exec('SAVEPOINT turn');
    } catch (error) {
      waiter.refuse(error as Error);
      return this.abandonGroup(error);
    }
    waiter.admit();
  }

  private takeTurn(): Turn {
    let over = false;
    const timer = setTimeout(() => rollback(), this.options.turnMs);
    timer.unref();

    const finish = (how: 'release' | 'rollback'): void => {
      over = true;
      clearTimeout(timer);
      const connection = this.connection();
      try {
        // A full disk or an I/O error makes SQLite roll the whole transaction back by itself.
        if (!connection.inTransaction)
          throw new WriteGateError('SQLite ended the transaction after an error');
        connection.exec(how === 'release' ? 'RELEASE turn' : 'ROLLBACK TO turn; RELEASE turn');
      } catch (error) {
        this.abandonGroup(error);
        throw error;
      }
    };

    const rollback = (): void => {
      if (over) return;
      try {
        finish('rollback');
      } catch {
        return; // the group is gone, and with it everything this turn wrote
      }
      this.next();
    };

    return {
      assertOpen: () => {
        if (over)
          throw new WriteGateError(`The transaction held the database for over ${this.options.turnMs} ms`);
      },
      commit: () => {
        if (over) return Promise.reject(new WriteGateError('The transaction was already over'));
        return new Promise<void>((resolve, reject) => {
          try {
            finish('release');
          } catch (error) {
            return reject(error as Error);
          }
          this.members.push({ resolve, reject });
          this.next();
        });
      },
      rollback,
    };
  }

  private endGroup(): void {
    try {
      this.connection().exec('COMMIT');
    } catch (error) {
      return this.abandonGroup(error);
    }
    for (const member of this.closeGroup()) member.resolve();
  }

  /** Nothing of the group is kept: every transaction in it hears so. */
  private abandonGroup(error: unknown): void {
    const connection = this.connection();
    if (connection.inTransaction) connection.exec('ROLLBACK');
    for (const member of this.closeGroup()) member.reject(error);
  }

  private closeGroup(): Member[] {
    const members = this.members;
    this.members = [];
    this.open = false;
    for (const resolve of this.idle.splice(0)) resolve();
    this.schedule();
    return members;
  }
}

const isLocked = (error: unknown): boolean =>
  String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
