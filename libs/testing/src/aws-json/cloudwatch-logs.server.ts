import { AwsError, AwsJsonServer } from './aws-json.server';

interface LogEvent {
  timestamp: number;
  message: string;
}

interface StreamName {
  logGroupName: string;
  logStreamName: string;
}

interface Filter {
  logGroupName: string;
  /** A JSON string: a text that is looked for. */
  filterPattern: string;
  startTime: number;
  nextToken?: string;
}

const MOST_BYTES = 1_048_576;
const MOST_EVENTS = 10_000;
const OVERHEAD = 26;
const EVENT_BYTES = 256 * 1_024;
const DAY_MS = 86_400_000;
const OLDEST_MS = 14 * DAY_MS;
const NEWEST_MS = 2 * 3_600_000;

/**
 * CloudWatch Logs: `CreateLogStream` and `PutLogEvents`, as strict about batches as the documentation, and `FilterLogEvents` for
 * a quoted text, whose first page is empty as the real one's may be.
 */
export class CloudWatchLogsServer extends AwsJsonServer {
  /** How many events each batch that was taken had. */
  readonly batches: number[] = [];
  protected readonly operations = {
    CreateLogStream: (input: StreamName) => this.createLogStream(input),
    PutLogEvents: (input: StreamName & { logEvents: LogEvent[] }) => this.putLogEvents(input),
    FilterLogEvents: (input: Filter) => this.filterLogEvents(input),
  };
  private readonly groups = new Map<string, Map<string, LogEvent[]>>();

  static async start(...groups: string[]): Promise<CloudWatchLogsServer> {
    const server = await new CloudWatchLogsServer('logs').listen();
    for (const group of groups) server.addGroup(group);
    return server;
  }

  addGroup(name: string): void {
    if (!this.groups.has(name)) this.groups.set(name, new Map());
  }

  removeStream({ logGroupName, logStreamName }: StreamName): void {
    this.groups.get(logGroupName)?.delete(logStreamName);
  }

  /** What arrived, in the order in which it did; empty where there is no such stream. */
  events(logGroupName: string, logStreamName: string): readonly LogEvent[] {
    return this.groups.get(logGroupName)?.get(logStreamName) ?? [];
  }

  private createLogStream({ logGroupName, logStreamName }: StreamName): void {
    const group = this.groups.get(logGroupName);
    if (!group) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
    if (group.has(logStreamName))
      throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
    group.set(logStreamName, []);
  }

  private putLogEvents({
    logGroupName,
    logStreamName,
    logEvents,
  }: StreamName & { logEvents: LogEvent[] }): unknown {
    const stream = this.groups.get(logGroupName)?.get(logStreamName);
    if (!stream) throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
    const wrong = wrongWith(logEvents);
    if (wrong) throw new AwsError('InvalidParameterException', wrong);
    const { taken, ...rejected } = sieved(logEvents);
    stream.push(...taken);
    this.batches.push(logEvents.length);
    return taken.length === logEvents.length ? {} : { rejectedLogEventsInfo: rejected };
  }

  private filterLogEvents({ logGroupName, filterPattern, startTime, nextToken }: Filter): unknown {
    const group = this.groups.get(logGroupName);
    if (!group) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
    if (nextToken === undefined) return { events: [], nextToken: 'first page' };
    const text = JSON.parse(filterPattern) as string;
    const all = [...group].flatMap(([logStreamName, events]) =>
      events.map((event) => ({ logStreamName, ...event })),
    );
    return {
      events: all.filter(({ message, timestamp }) => timestamp >= startTime && message.includes(text)),
    };
  }
}

/** Of events in order: those that are neither too old nor too new, and where the others end and begin. */
function sieved(events: LogEvent[]) {
  const now = Date.now();
  const old = events.filter(({ timestamp }) => timestamp < now - OLDEST_MS).length;
  const upTo = events.length - events.filter(({ timestamp }) => timestamp > now + NEWEST_MS).length;
  return {
    taken: events.slice(old, upTo),
    ...(old > 0 && { tooOldLogEventEndIndex: old }),
    ...(upTo < events.length && { tooNewLogEventStartIndex: upTo }),
  };
}

function wrongWith(events: LogEvent[]): string | undefined {
  const sizes = events.map(({ message }) => Buffer.byteLength(message) + OVERHEAD);
  const times = events.map(({ timestamp }) => timestamp);
  if (events.length < 1 || events.length > MOST_EVENTS) return `${events.length} events in a batch`;
  if (sizes.some((size) => size === OVERHEAD)) return 'an event is empty';
  if (sizes.some((size) => size > EVENT_BYTES)) return `an event of ${Math.max(...sizes)} bytes`;
  if (sizes.reduce((sum, size) => sum + size, 0) > MOST_BYTES) return 'Upload too large';
  if (times.some((time, index) => time < (times[index - 1] ?? 0)))
    return 'Log events in a single PutLogEvents request must be in chronological order.';
  if ((times.at(-1) ?? 0) - (times[0] ?? 0) > DAY_MS)
    return 'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.';
  return undefined;
}
