import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  type RejectedLogEventsInfo,
} from '@aws-sdk/client-cloudwatch-logs';
import { hostname } from 'node:os';
import { LogSinkError } from './log-sink';
import type { LogSink } from './log-sink';
import type { LogEvent } from './log-queue';
import type { CloudWatchLoggingConfig } from './logging.config';

/** The events themselves are wrong; anything else may pass. */
const FINAL = new Set(['InvalidParameterException', 'SerializationException', 'ValidationException']);

/** One stream of CloudWatch Logs, made when it is missing. The group is not: it has a retention, and so an owner. */
export class CloudWatchSink implements LogSink {
  private readonly client: CloudWatchLogsClient;
  private readonly stream: { logGroupName: string; logStreamName: string };

  constructor(config: CloudWatchLoggingConfig) {
    const endpoint = config.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS;
    this.stream = {
      logGroupName: config.LOG_GROUP,
      logStreamName: `${config.INSTANCE_ID ?? hostname()}/application`,
    };
    this.client = new CloudWatchLogsClient({
      region: config.AWS_REGION,
      ...(endpoint === undefined ? {} : { endpoint }),
      // The transport tries again, and knows when there is no more time for it.
      maxAttempts: 1,
      requestHandler: { connectionTimeout: 2_000 },
    });
  }

  async put(events: LogEvent[], signal: AbortSignal): Promise<number> {
    try {
      return await this.send(events, signal);
    } catch (error) {
      if ((error as Error).name !== 'ResourceNotFoundException') throw this.clear(error as Error);
    }
    try {
      await this.createStream(signal);
      return await this.send(events, signal);
    } catch (error) {
      throw this.clear(error as Error);
    }
  }

  close(): void {
    this.client.destroy();
  }

  private async send(logEvents: LogEvent[], abortSignal: AbortSignal): Promise<number> {
    const command = new PutLogEventsCommand({ ...this.stream, logEvents });
    const { rejectedLogEventsInfo } = await this.client.send(command, { abortSignal });
    return rejectedOf(rejectedLogEventsInfo, logEvents.length);
  }

  private async createStream(abortSignal: AbortSignal): Promise<void> {
    try {
      await this.client.send(new CreateLogStreamCommand(this.stream), { abortSignal });
    } catch (error) {
      if ((error as Error).name !== 'ResourceAlreadyExistsException') throw error;
    }
  }

  /** The service's own words may quote what was sent: they stay out. */
  private clear(error: Error & { code?: string }): LogSinkError {
    const { logGroupName, logStreamName } = this.stream;
    const what =
      error.name === 'ResourceNotFoundException'
        ? 'there is no such group: make it, or set LOG_GROUP and AWS_REGION to where it is'
        : error.name === 'Error'
          ? (error.code ?? 'no answer')
          : error.name;
    const message = `CloudWatch Logs ${logGroupName} ${logStreamName}: ${what}`;
    return new LogSinkError(message, !FINAL.has(error.name), { cause: error });
  }
}

/** Expired and too old ones are at the beginning, too new ones at the end. */
function rejectedOf(info: RejectedLogEventsInfo | undefined, sent: number): number {
  if (info === undefined) return 0;
  const old = Math.max(info.tooOldLogEventEndIndex ?? 0, info.expiredLogEventEndIndex ?? 0);
  return old + (sent - (info.tooNewLogEventStartIndex ?? sent));
}
