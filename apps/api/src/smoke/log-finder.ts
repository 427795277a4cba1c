import { LOG_LEVELS, type LoggingConfig, searchCloudWatch } from '@liftdesk/logging';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Looks into the desk's log. */
export interface LogFinder {
  /** For people: where it looks. */
  readonly place: string;
  /** Lines are there within so long; else they may be on their way for minutes. */
  readonly prompt: boolean;
  /** How long a line is waited for, and how often it is looked for. */
  readonly patienceMs: number;
  readonly againMs: number;
  /** @returns a line that holds the text; null where there is none so far */
  find(text: string, signal: AbortSignal): Promise<string | null>;
}

/** @returns the line, once it is there; null when it did not come in time, or the signal is aborted before */
export async function awaitLine(
  finder: LogFinder,
  text: string,
  signal: AbortSignal,
): Promise<string | null> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(finder.patienceMs)]);
  while (!patience.aborted) {
    const line = await finder.find(text, patience).catch((error: unknown) => {
      if (patience.aborted) return null;
      throw error;
    });
    if (line !== null) return line;
    await pause(finder.againMs, undefined, { signal: patience }).catch(() => undefined);
  }
  return null;
}

/** What was just written is at the end, or in the file that was full a moment ago. */
const TAIL_BYTES = 1024 * 1024;
const RECENT_MS = 600_000;

/** The files of a folder on this machine. */
export function logFolderFinder(folder: string): LogFinder {
  return {
    place: folder,
    prompt: true,
    patienceMs: 10_000,
    againMs: 200,
    find: async (text) => {
      const entries = await readdir(folder, { withFileTypes: true });
      for (const { name } of entries.filter((each) => each.isFile() && each.name.endsWith('.log'))) {
        const line = (await tailOf(join(folder, name))).split('\n').find((each) => each.includes(text));
        if (line !== undefined) return line;
      }
      return null;
    },
  };
}

/** A group of CloudWatch Logs, with the credentials of whoever looks. */
export function cloudWatchFinder(place: { group: string; region?: string; endpoint?: string }): LogFinder {
  return {
    place: place.group,
    prompt: false,
    patienceMs: 20_000,
    // The service takes a few questions a second, of all who ask.
    againMs: 2_000,
    find: (text, signal) => searchCloudWatch(place, { text, since: Date.now() - RECENT_MS }, signal),
  };
}

/** Where a desk keeps its lines; the reason where requests leave none. */
export function logFinderOf(config: LoggingConfig): LogFinder | string {
  if (LOG_LEVELS[config.LOG_LEVEL] < LOG_LEVELS.info)
    return `requests leave no line with LOG_LEVEL=${config.LOG_LEVEL}`;
  switch (config.LOG_TRANSPORT) {
    case 'file':
      return logFolderFinder(config.LOG_DIR);
    case 'cloudwatch': {
      const { LOG_GROUP: group, AWS_REGION: region, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: endpoint } = config;
      return cloudWatchFinder({ group, region, ...(endpoint !== undefined && { endpoint }) });
    }
  }
}

async function tailOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - TAIL_BYTES);
    const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(size - from), position: from });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
