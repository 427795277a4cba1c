import { Controller, Get, Header, HttpException, type INestApplication, Param, Res } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { IncomingMessage, ServerResponse } from 'node:http';
import request from 'supertest';
import { healthConfig, HealthModule, MetricsRegistry, RequestMetrics } from '../index';

const TOKEN = 'operators-only-4711';

@Controller()
class Routes {
  @Get('things/:id')
  thing(@Param('id') id: string): { id: string } {
    if (id === 'limited') throw new HttpException('too many', 429);
    return { id };
  }

  @Get('events')
  @Header('Content-Type', 'text/event-stream')
  events(@Res() res: ServerResponse): void {
    res.end(':\n\n');
  }
}

describe('metrics', () => {
  let app: INestApplication;

  beforeEach(async () => {
    const config = healthConfig.parse({ HEALTH_TOKEN: TOKEN });
    const module = await Test.createTestingModule({
      imports: [HealthModule.register(config, { version: '1', dataFolders: [] })],
      controllers: [Routes],
    }).compile();
    app = module.createNestApplication({ logger: false });
    app.use((req: IncomingMessage, res: ServerResponse, next: () => void) => {
      res.on('close', () => app.get(RequestMetrics).count(req, res, 3));
      next();
    });
    await app.init();
  });
  afterEach(() => app.close());

  const get = (path: string, headers: Record<string, string> = {}) =>
    request(app.getHttpServer()).get(path).set(headers);
  const scrape = async (): Promise<string> => (await get('/metrics').expect(200)).text;
  const registry = () => app.get(MetricsRegistry);

  it('are Prometheus text, with what the process uses', async () => {
    const { headers, text } = await get('/metrics').expect(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(headers['cache-control']).toBe('no-store');
    for (const name of [
      'process_resident_memory_bytes',
      'process_cpu_seconds_total',
      'nodejs_eventloop_lag_p99_seconds',
      'nodejs_heap_size_used_bytes',
    ])
      expect(text).toMatch(new RegExp(`^${name} `, 'm'));
  });

  it('are for operators: by token, or from this machine and through no proxy; to others there is nothing', async () => {
    const token = { authorization: `Bearer ${TOKEN}` };
    await get('/metrics').expect(200);
    for (const proxied of [
      { 'x-forwarded-for': '127.0.0.1' },
      { forwarded: 'for=127.0.0.1' },
      { via: '1.1 cdn' },
      { 'x-real-ip': '127.0.0.1' },
      { 'x-forwarded-host': 'localhost' },
      { 'x-forwarded-proto': 'https' },
      { 'cf-connecting-ip': '203.0.113.1' },
      { 'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678' },
    ] as Record<string, string>[]) {
      expect((await get('/metrics', proxied).expect(404)).text).not.toContain('process_');
      await get('/metrics', { ...proxied, authorization: `Bearer ${TOKEN}x` }).expect(404);
      await get('/metrics', { ...proxied, ...token }).expect(200);
    }
  });

  it('count requests by the pattern of their route, never by what stands in its place', async () => {
    for (const id of ['ana@example.com', '4711', 'x?token=secret']) await get(`/things/${id}`).expect(200);
    await get('/things/limited').expect(429);
    const text = await scrape();
    expect(text).toContain('liftdesk_http_requests_total{method="GET",route="/things/:id",status="2xx"} 3');
    expect(text).toContain('liftdesk_http_requests_total{method="GET",route="/things/:id",status="4xx"} 1');
    expect(text).not.toMatch(/ana@|4711|secret/);
  });

  it('keep all that no route answers under one label, however it is called', async () => {
    await get('/metrics');
    const before = (await scrape()).length;
    for (let n = 0; n < 30; n += 1) await get(`/guess/${n}`).expect(404);
    const text = await scrape();
    expect(text).toContain('liftdesk_http_requests_total{method="GET",route="(none)",status="4xx"} 30');
    expect(text).not.toContain('guess');
    expect(text.length).toBeLessThan(before + 4_000);
    await request(app.getHttpServer()).trace('/things/1');
    expect(await scrape()).toContain('{method="other",route="(none)",status="4xx"} 1');
  });

  it('spread durations over buckets that add up', async () => {
    for (let n = 0; n < 4; n += 1) await get('/things/1');
    const text = await scrape();
    const rows = [
      ...text.matchAll(/_seconds_bucket\{le="(.+?)",method="GET",route="\/things\/:id"\} (\d+)/g),
    ];
    const counts = rows.map(([, , count]) => Number(count));
    expect(rows.at(-1)?.[1]).toBe('+Inf');
    expect(counts.at(-1)).toBe(4);
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(text).toContain(
      'liftdesk_http_request_duration_seconds_count{method="GET",route="/things/:id"} 4',
    );
    const sum = /_seconds_sum\{method="GET",route="\/things\/:id"\} (\S+)/.exec(text)?.[1];
    expect(Number(sum)).toBeGreaterThan(0);
  });

  it('count a stream of events, whose hours are no duration', async () => {
    await get('/events').expect(200);
    const text = await scrape();
    expect(text).toContain('liftdesk_http_requests_total{method="GET",route="/events",status="2xx"} 1');
    expect(text).toContain('liftdesk_http_request_duration_seconds_count{method="GET",route="/events"} 0');
  });

  it('tell how many were refused for asking too often', async () => {
    await get('/things/limited');
    await get('/things/limited');
    expect(await scrape()).toContain('liftdesk_rate_limited_total 2');
  });

  it('take numbers of others, with labels, whenever they are offered', async () => {
    await scrape();
    registry().add({
      name: 'liftdesk_outbox_messages',
      help: 'Mails by state',
      type: 'gauge',
      read: async () => [
        { labels: { state: 'queued' }, value: 3 },
        { labels: { state: 'dead' }, value: 1 },
      ],
    });
    const text = await scrape();
    expect(text).toContain('# TYPE liftdesk_outbox_messages gauge');
    expect(text).toContain('liftdesk_outbox_messages{state="queued"} 3');
    expect(text).toContain('liftdesk_outbox_messages{state="dead"} 1');
  });

  it('lack what throws, and nothing else', async () => {
    registry().add({
      name: 'liftdesk_broken',
      help: 'Never there',
      type: 'gauge',
      read: () => {
        throw new Error('the database at 10.0.0.5 is away');
      },
    });
    registry().add({ name: 'liftdesk_fine', help: 'There', type: 'gauge', read: () => 7 });
    const text = await scrape();
    expect(text).toContain('liftdesk_fine 7');
    expect(text).not.toMatch(/^liftdesk_broken/m);
    expect(text).not.toContain('10.0.0.5');
  });

  it('keep a source from growing with the data', async () => {
    const many = [...Array(500)].map((_each, n) => ({ labels: { ticket: String(n) }, value: n }));
    registry().add({ name: 'liftdesk_many', help: 'Too many', type: 'gauge', read: () => many });
    expect((await scrape()).match(/^liftdesk_many\{/gm)).toHaveLength(50);
  });
});
