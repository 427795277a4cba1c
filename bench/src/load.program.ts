/** One run of load in a process of its own: reads a LoadOrder as its argument, prints a LoadResult. */
import autocannon from 'autocannon';
import { readFileSync } from 'node:fs';
import type { LoadOrder, LoadResult } from './load';

async function main(): Promise<void> {
  const order = JSON.parse(readFileSync(0, 'utf8')) as LoadOrder;
  const times: number[] = [];
  let unexpected = 0;
  const instance = autocannon({
    url: order.url,
    connections: order.connections,
    duration: order.seconds,
    headers: order.headers,
    requests: order.requests,
    timeout: 30,
  });
  void instance.on('response', (_client: unknown, status: number, _bytes: number, ms: number) => {
    times.push(ms);
    if (status !== order.expect) unexpected += 1;
  });
  const result = await instance;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN;
  const answer: LoadResult = {
    perSecond: times.length / result.duration,
    p50: at(0.5),
    p99: at(0.99),
    requests: times.length,
    failures: unexpected + result.errors + result.timeouts,
  };
  process.stdout.write(JSON.stringify(answer));
}

void main();
