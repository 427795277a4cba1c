import type { LogPlace, LogQuestion } from './cloudwatch.search';

/** The SDK comes in with the first question: who asks none never loads it. */
export async function searchCloudWatch(
  place: LogPlace,
  question: LogQuestion,
  signal: AbortSignal,
): Promise<string | null> {
  const search = await import('./cloudwatch.search');
  return search.searchCloudWatch(place, question, signal);
}
