import { Inject, Injectable, Logger, OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import { type Message, PubSub } from '@liftdesk/pubsub';
import { RateLimitedError } from '@liftdesk/throttling';
import type { Response } from 'express';
import { type Actor, isStaff } from '../auth/actor';
import { SessionsService } from '../auth/sessions.service';
import { Clock } from '../common/clock';
import { type ClientEvent, type DeskEvent, type PresenceNews, viewOf } from './desk-event';
import { EventStream, eventText } from './event-stream';
import { EVENTS_CONFIG, type EventsConfig, StreamsBusyError } from './events.config';
import { PresenceTable } from './presence-table';

/** Where more has happened since, reading anew costs less than being told. */
const MAX_RESUMED = 200;
const MAX_PRESENCE = 200;
/** Anybody may have made many accounts: the desk must be able to follow all the same. */
const CUSTOMERS_SHARE = 0.8;
const SWEEP_MS = 1_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** Stands for no event at all: who comes back with it is told to read anew. */
const NO_ID = 'start';

export interface Opening {
  actor: Actor;
  /** When the access token dies, and the stream with it: milliseconds since 1970. */
  expiresAt: number;
  lastEventId: string | undefined;
}

/** The open streams of this process: who hears what, for how long, and how many at once. */
@Injectable()
export class EventStreams implements OnModuleInit, OnModuleDestroy {
  private readonly logger = new Logger(EventStreams.name);
  private readonly streams = new Set<EventStream>();
  private readonly presence = new PresenceTable();
  private unsubscribe: () => void = () => undefined;
  private sweeper: NodeJS.Timeout | undefined;
  private draining = false;

  constructor(
    private readonly pubSub: PubSub,
    private readonly sessions: SessionsService,
    private readonly clock: Clock,
    @Inject(EVENTS_CONFIG) private readonly config: EventsConfig,
  ) {}

  onModuleInit(): void {
    this.unsubscribe = this.pubSub.subscribe({
      next: (message) => this.receive(message),
      missed: () => this.tellAllToReload(),
    });
    this.sweeper = setInterval(() => this.sweepPresence(), SWEEP_MS).unref();
  }

  onModuleDestroy(): void {
    this.drain();
    this.unsubscribe();
    clearInterval(this.sweeper);
  }

  /** How many clients listen. */
  get open(): number {
    return this.streams.size;
  }

  /** Ends every stream at once and takes no more: clients come back to another process. */
  drain(): void {
    this.draining = true;
    for (const stream of this.streams) stream.end();
  }

  /** What concerns everybody, whatever they may see. Only the streams of this process. */
  tellAll(event: ClientEvent): void {
    const text = eventText(event);
    for (const stream of this.streams) stream.send(text);
  }

  /**
   * Answers with a stream, which goes on after this has returned.
   * @throws RateLimitedError when the user has too many, StreamsBusyError when the process has, or is about to end
   */
  async serve({ actor, expiresAt, lastEventId }: Opening, response: Response): Promise<void> {
    // Who has left while the guards asked about it says so to nobody any more.
    if (response.destroyed) return;
    this.assertRoom(actor);
    const stream = new EventStream(actor, response, () =>
      this.logger.warn({ message: 'events.slow-client-cut', userId: actor.userId }),
    );
    this.streams.add(stream);
    const heartbeat = setInterval(() => {
      stream.heartbeat();
      void this.endUnlessAllowed(stream);
    }, this.config.EVENTS_HEARTBEAT);
    const life = Math.min(Math.max(0, expiresAt - this.clock.now()), LONGEST_TIMER_MS);
    const expiry = setTimeout(() => stream.end(), life);
    response.on('close', () => {
      clearInterval(heartbeat);
      clearTimeout(expiry);
      this.streams.delete(stream);
    });
    const past = lastEventId === undefined ? [] : await this.pubSub.since(lastEventId, visibleTo(actor));
    // Between the guard's look at the session and this, it may have ended: nobody would have told this stream.
    await this.endUnlessAllowed(stream);
    if (response.destroyed || response.writableEnded) return;
    stream.start(this.beginning(actor, lastEventId, past), new Set(past?.map(({ id }) => id)));
  }

  private assertRoom(caller: Actor): void {
    const room = Math.ceil(this.config.EVENTS_STREAMS * (isStaff(caller) ? 1 : CUSTOMERS_SHARE));
    if (this.draining || this.streams.size >= room) throw new StreamsBusyError();
    const own = [...this.streams].filter(({ actor }) => actor.userRid === caller.userRid).length;
    if (own >= this.config.EVENTS_STREAMS_PER_USER)
      throw new RateLimitedError(60, 'Too many windows follow the desk at once: close one');
  }

  private beginning(
    actor: Actor,
    lastEventId: string | undefined,
    past: readonly Message[] | undefined,
  ): string[] {
    const known = past && textsFor(actor, past);
    const resumed = known !== undefined && known.length <= MAX_RESUMED;
    // Whoever breaks off in the midst of the past comes back with the id that it had.
    const id = resumed && lastEventId !== undefined ? lastEventId : this.latestIdFor(actor);
    return [
      eventText({ event: 'hello', data: { id } }, id),
      ...(resumed ? known : [eventText({ event: 'resync', data: {} }, id)]),
      ...(isStaff(actor) ? this.presence.all(MAX_PRESENCE).map((event) => eventText(event)) : []),
    ];
  }

  /** A customer's says nothing of what it may not see, not even that there was something. */
  private latestIdFor(actor: Actor): string {
    return this.pubSub.latestId(visibleTo(actor)) ?? NO_ID;
  }

  private receive(message: Message): void {
    const event = message.data as DeskEvent;
    switch (event.type) {
      case 'access':
        for (const stream of this.streams) {
          if (stream.actor.userRid === event.userRid) void this.endUnlessAllowed(stream);
        }
        break;
      case 'presence':
        this.receivePresence(event);
        break;
      default:
        this.send(event, message.id);
    }
  }

  private send(event: DeskEvent, id: string | undefined): void {
    let deskText: string | undefined;
    for (const stream of this.streams) {
      if (isStaff(stream.actor) && deskText !== undefined) {
        stream.send(deskText, id);
        continue;
      }
      const view = viewOf(event, stream.actor);
      if (view === null) continue;
      const text = eventText(view, id);
      if (isStaff(stream.actor)) deskText = text;
      stream.send(text, id);
    }
  }

  private receivePresence(news: PresenceNews): void {
    if (this.presence.apply(news, this.clock.now())) this.sendPresence(news.ticketId);
  }

  private sweepPresence(): void {
    for (const ticketId of this.presence.expire(this.clock.now())) this.sendPresence(ticketId);
  }

  private sendPresence(ticketId: string): void {
    const text = eventText(this.presence.at(ticketId));
    for (const stream of this.streams) {
      if (isStaff(stream.actor)) stream.send(text);
    }
  }

  private tellAllToReload(): void {
    for (const stream of this.streams)
      stream.send(eventText({ event: 'resync', data: {} }, this.latestIdFor(stream.actor)));
  }

  /** Ends the stream of who is signed out, disabled or somebody else now. */
  private async endUnlessAllowed(stream: EventStream): Promise<void> {
    const { sessionId, role } = stream.actor;
    try {
      const actor = await this.sessions.actorOf(sessionId, this.clock.now());
      if (actor === null || actor.role !== role) stream.end();
    } catch (error) {
      // A database that is away ends no stream: what could be told comes from there.
      this.logger.warn({ message: 'events.session-not-checked', error });
    }
  }
}

/** Which events may be somebody's place in the order of things. */
function visibleTo(actor: Actor): ((data: unknown) => boolean) | undefined {
  return isStaff(actor) ? undefined : (data) => viewOf(data as DeskEvent, actor) !== null;
}

function textsFor(actor: Actor, messages: readonly Message[]): string[] {
  return messages.flatMap(({ id, data }) => {
    const view = viewOf(data as DeskEvent, actor);
    return view === null ? [] : [eventText(view, id)];
  });
}
