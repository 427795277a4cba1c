import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Header, Req, Res, StreamableFile } from '@nestjs/common';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Express, Request, Response } from 'express';
import request from 'supertest';
import { FastExpressAdapter } from './fast-express.adapter';

let seen: { req: Request; res: Response };

@Controller()
class Desk {
  @Get('read')
  read(@Req() req: Request, @Res({ passthrough: true }) res: Response) {
    seen = { req, res };
    return { ip: req.ip, host: req.hostname, query: req.query };
  }

  @Get('words')
  @Header('ETag', '"7"')
  words() {
    return WORDS;
  }

  @Get('text')
  text() {
    return 'plain';
  }

  @Get('nothing')
  nothing() {
    return null;
  }

  @Get('stream')
  stream() {
    return new StreamableFile(Buffer.from('bytes'), { type: 'application/pdf' });
  }

  @Get('own-type')
  @Header('Content-Type', 'application/vnd.desk+json')
  ownType() {
    return [];
  }
}

const WORDS = { wörter: ['日本', '🙂', '"quoted"'] };

describe('the fast adapter', () => {
  let app: INestApplication;

  async function create(options: { forceCloseConnections?: boolean } = {}): Promise<void> {
    const module = await Test.createTestingModule({ controllers: [Desk] }).compile();
    app = module.createNestApplication(new FastExpressAdapter(), { logger: false, ...options });
    await app.listen(0, '127.0.0.1');
  }
  afterEach(() => app.close());

  it('lets node build what express would make of a request, so that no prototype changes', async () => {
    await create();
    const set = jest.spyOn(Object, 'setPrototypeOf');
    await request(app.getHttpServer()).get('/read');
    const changed = set.mock.calls.filter(([object, proto]) => Object.getPrototypeOf(object) !== proto);
    set.mockRestore();
    const express = app.getHttpAdapter().getInstance() as Express;
    expect(Object.getPrototypeOf(seen.req)).toBe(express.request);
    expect(Object.getPrototypeOf(seen.res)).toBe(express.response);
    expect(seen.req).toBeInstanceOf(http.IncomingMessage);
    expect(seen.req.constructor.name).toBe('Request');
    expect(changed).toEqual([]);
  });

  it('keeps what express gives to requests and answers', async () => {
    await create();
    const answer = await request(app.getHttpServer()).get('/read?a=1');
    expect(answer.body).toEqual({
      ip: expect.stringContaining('127.0.0.1'),
      host: '127.0.0.1',
      query: { a: '1' },
    });
    expect(answer.type).toBe('application/json');
    expect((await request(app.getHttpServer()).get('/nowhere')).status).toBe(404);
  });

  it('routes a path only as it is written, so that whatever sorts paths by their beginning is right', async () => {
    await create();
    expect((await request(app.getHttpServer()).get('/READ')).status).toBe(404);
  });

  it.each(['http://desk.example/read?a=1', 'other://desk.example/read', 'http://[::1/read'])(
    'serves the path of a whole address, as a proxy sends it: %s',
    async (path) => {
      await create();
      const { port } = app.getHttpServer().address() as AddressInfo;
      const status = await new Promise((resolve, reject) => {
        http
          .get({ port, host: '127.0.0.1', path }, (res) => resolve(res.resume().statusCode))
          .on('error', reject);
      });
      expect(status).toBe(200);
      expect(seen.req.originalUrl).toMatch(/^\/read/);
    },
  );

  it('answers JSON whole, in any script, with its length in bytes, and nothing but the headers to HEAD', async () => {
    await create();
    const bytes = Buffer.byteLength(JSON.stringify(WORDS));
    const answer = await request(app.getHttpServer()).get('/words').set('If-None-Match', '"7"');
    expect(answer).toMatchObject({ status: 200, body: WORDS });
    expect(answer.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(bytes),
    });
    const head = await request(app.getHttpServer()).head('/words');
    expect(head.headers['content-length']).toBe(String(bytes));
    expect(head.text).toBeFalsy();
  });

  it('leaves texts, streams, nothing and types of their own to Nest', async () => {
    await create();
    const get = (path: string) => request(app.getHttpServer()).get(path);
    expect((await get('/text')).text).toBe('plain');
    expect(await get('/nothing')).toMatchObject({ status: 200, text: '' });
    expect((await get('/stream')).headers['content-type']).toBe('application/pdf');
    expect((await get('/own-type')).headers['content-type']).toBe('application/vnd.desk+json');
  });

  it('hashes no body and does not name itself', async () => {
    await create();
    const { headers } = await request(app.getHttpServer()).get('/read');
    expect(headers['etag']).toBeUndefined();
    expect(headers['x-powered-by']).toBeUndefined();
  });

  it('closes open connections with the app where that is asked for', async () => {
    await create({ forceCloseConnections: true });
    const { port } = app.getHttpServer().address() as AddressInfo;
    const gone = new Promise<void>((resolve) => {
      http.get(
        { port, host: '127.0.0.1', path: '/read', agent: new http.Agent({ keepAlive: true }) },
        (res) => {
          res.resume().socket.on('close', () => resolve());
          res.on('end', () => void app.close());
        },
      );
    });
    await gone;
  });
});
