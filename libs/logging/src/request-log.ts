import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'winston';
import { isoNow, READY } from './line-format';
import { LOG_LEVELS } from './logging.config';
import type { LogLevel } from './logging.config';

const LEVEL = Symbol.for('level');
const MESSAGE = Symbol.for('message');

/** What the log reads of an express request: the parts that others have set by the time the answer is out. */
interface LoggedRequest extends IncomingMessage {
  id?: string;
  originalUrl?: string;
  /** As the router reads it, while no router has cut anything off. */
  path?: string;
  baseUrl?: string;
  route?: { path?: unknown };
  actor?: { userId?: string };
}

/**
 * One line for each request when its answer is out, or its client gone: id, method, route, status, ms, bytes, user.
 * The route is the pattern (`/api/tickets/:id`), never the query. 5xx are errors, and warnings for health probes: those
 * answer 503 while they drain. Probes that succeed and the client's own files are debug lines. First in the chain, after the request id.
 * A stream of events is one line when it ends.
 * @param onEnd hears of every request at the same moment, with its milliseconds: a second listener would cost more
 */
export function requestLog(
  logger: Logger,
  onEnd?: (req: IncomingMessage, res: ServerResponse, ms: number) => void,
) {
  const onEachLine = JSON.stringify(logger.defaultMeta ?? {}).slice(1);
  const tail = onEachLine === '}' ? onEachLine : `,${onEachLine}`;
  return (req: IncomingMessage, res: ServerResponse, next: () => void): void => {
    const startedAt = performance.now();
    const path = (req as LoggedRequest).path ?? pathOf(req as LoggedRequest);
    res.on('close', () => {
      const ms = performance.now() - startedAt;
      onEnd?.(req, res, ms);
      const level = levelOf(path, res.statusCode);
      if (LOG_LEVELS[level] > (LOG_LEVELS[logger.level as LogLevel] ?? LOG_LEVELS.info)) return;
      logger.write(lineOf(req as LoggedRequest, res, path, level, ms, tail));
    });
    next();
  };
}

/** JSON by hand: `JSON.stringify` of the whole line took two thirds of its time, at thousands of lines a second. */
function lineOf(
  req: LoggedRequest,
  res: ServerResponse,
  path: string,
  level: LogLevel,
  took: number,
  tail: string,
) {
  const length = res.getHeader('content-length');
  const info = {
    [READY]: true,
    [LEVEL]: level,
    [MESSAGE]: '',
    timestamp: isoNow(),
    level,
    message: isStream(res) ? 'stream.closed' : res.writableFinished ? 'request.finished' : 'request.aborted',
    requestId: req.id,
    method: req.method,
    route: routeOf(req, path),
    status: res.statusCode,
    ms: Math.round(took * 100) / 100,
    bytes: length === undefined ? undefined : Number(length),
    userId: req.actor?.userId,
  };
  info[MESSAGE] =
    `{"timestamp":"${info.timestamp}","level":"${level}","message":"${info.message}"` +
    `,"requestId":${quoted(info.requestId)},"method":${quoted(info.method)},"route":${quoted(info.route)}` +
    `,"status":${info.status},"ms":${info.ms}${info.bytes === undefined ? '' : `,"bytes":${info.bytes}`}` +
    `${info.userId === undefined ? '' : `,"userId":${quoted(info.userId)}`}${tail}`;
  return info;
}

/** Of server-sent events: it is ended by the client as often as not. */
function isStream(res: ServerResponse): boolean {
  const type = res.getHeader('content-type');
  return typeof type === 'string' && type.startsWith('text/event-stream');
}

const PLAIN = /^[\w/:.*{}-]*$/;

/** A JSON string; what has nothing to escape is not searched twice. */
function quoted(text: string | undefined): string {
  return text !== undefined && PLAIN.test(text) ? `"${text}"` : JSON.stringify(text ?? null);
}

function routeOf(req: LoggedRequest, path: string): string {
  const pattern = req.route?.path;
  return typeof pattern === 'string' ? `${req.baseUrl ?? ''}${pattern}` : path.slice(0, 200);
}

function pathOf(req: LoggedRequest): string {
  const url = req.originalUrl ?? req.url ?? '';
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

const API = /^\/api(?:\/|$)/;
const PROBE = /^\/health(?:\/|$)/;

function levelOf(path: string, status: number): LogLevel {
  if (PROBE.test(path)) return status >= 500 ? 'warn' : 'debug';
  if (status >= 500) return 'error';
  return status >= 400 || API.test(path) ? 'info' : 'debug';
}
