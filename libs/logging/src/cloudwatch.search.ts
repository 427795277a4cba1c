import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';

export interface LogPlace {
  readonly group: string;
  /** That of the environment unless given. */
  readonly region?: string;
  readonly endpoint?: string;
}

export interface LogQuestion {
  /** Found anywhere in a line. */
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Pages may be empty though more follow: so many are read at most. */
const MOST_PAGES = 20;

/**
 * @returns the first line with this text in any stream of the group; null where there is none so far
 * @throws what the SDK throws; `logs:FilterLogEvents` is needed
 */
export async function searchCloudWatch(
  { group, region, endpoint }: LogPlace,
  { text, since }: LogQuestion,
  abortSignal: AbortSignal,
): Promise<string | null> {
  const client = new CloudWatchLogsClient({
    ...(region !== undefined && { region }),
    ...(endpoint !== undefined && { endpoint }),
    requestHandler: { connectionTimeout: 2_000 },
  });
  try {
    let nextToken: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const command = new FilterLogEventsCommand({
        logGroupName: group,
        filterPattern: JSON.stringify(text),
        startTime: since,
        nextToken,
      });
      const { events = [], nextToken: next } = await client.send(command, { abortSignal });
      const found = events.find(({ message }) => message?.includes(text));
      if (found?.message !== undefined) return found.message;
      if (next === undefined) return null;
      nextToken = next;
    }
    return null;
  } finally {
    client.destroy();
  }
}
