import { format } from 'winston';
import { LOG_LEVELS } from './logging.config';
import type { LogLevel } from './logging.config';
import { errorView, isSecretKey, redact, REDACTED, redactText } from './redaction';

const LEVEL = Symbol.for('level');
const MESSAGE = Symbol.for('message');

/** Marks a line that was laid out by its maker from safe values: its JSON is there already, no search for secrets. */
export const READY = Symbol('ready');

/** Nest's own start-up lines, one per module and route: for whoever debugs. */
const CHATTER = new Set(['InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestFactory']);

type Info = Record<string | symbol, unknown> & { level: LogLevel };

/** Drops what the level hides, redacts the rest, and lays it out as one JSON line. */
export function jsonLine(levelNow: () => string) {
  return format((given) => {
    const info = given as unknown as Info;
    if (info.level === 'info' && CHATTER.has(String(info['context']))) info.level = 'debug';
    if (LOG_LEVELS[info.level] > (LOG_LEVELS[levelNow() as LogLevel] ?? LOG_LEVELS.info)) return false;
    if (info[READY] === true) return given;
    const line = { timestamp: isoNow(), ...fieldsOf(info) } as unknown as Info;
    line[MESSAGE] = JSON.stringify(line);
    line[LEVEL] = info.level;
    return line as never;
  })();
}

let second = 0;
let secondText = '';

/** The time as ISO 8601 in UTC. Only the milliseconds are new at each line: `toISOString` was its dearest part. */
export function isoNow(now = Date.now()): string {
  const millis = now % 1_000;
  if (now - millis !== second) {
    second = now - millis;
    secondText = new Date(second).toISOString().slice(0, 20);
  }
  return `${secondText}${millis < 10 ? '00' : millis < 100 ? '0' : ''}${millis}Z`;
}

function fieldsOf(info: Info): Record<string, unknown> {
  try {
    return redactedFields(info);
  } catch (error) {
    return { level: info.level, message: 'log.line-unreadable', error: redactText(String(error)) };
  }
}

function redactedFields(info: Info): Record<string, unknown> {
  const out: Record<string, unknown> = {
    level: info.level,
    message: typeof info['message'] === 'string' ? redactText(info['message']) : redact(info['message']),
  };
  if (info instanceof Error) {
    out['error'] = errorView(info);
    return { ...out, service: info['service'], environment: info['environment'] };
  }
  for (const [key, value] of Object.entries(info)) {
    if (key === 'level' || key === 'message') continue;
    out[key] = isSecretKey(key) ? REDACTED : redact(value);
  }
  if (Array.isArray(out['stack'])) tidyStack(out, out['stack']);
  return out;
}

/** nest-winston hands the stack over as `[stack]` or `[undefined]`, beside the error that has it too. */
function tidyStack(out: Record<string, unknown>, stacks: unknown[]): void {
  const stack = stacks.filter((item) => typeof item === 'string').join('\n');
  delete out['stack'];
  if (stack !== '' && !(out['error'] as { stack?: string } | undefined)?.stack) out['stack'] = stack;
}

const COLOUR: Record<LogLevel, number> = { fatal: 35, error: 31, warn: 33, info: 32, verbose: 36, debug: 90 };
const HIDDEN = new Set([
  'timestamp',
  'level',
  'message',
  'context',
  'service',
  'environment',
  'stack',
  'error',
]);

/** `14:03:07.120 INFO  [Tickets] ticket.replied ticketId=…`, stacks below; with colours only where asked for. */
export function terminalLine(colours: boolean) {
  const paint = (code: number, text: string) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
  return format.printf((given) => {
    const info = given as unknown as Info;
    const error = info['error'] as { name?: string; message?: string; stack?: string } | string | undefined;
    const stack = info['stack'] ?? (typeof error === 'object' ? (error.stack ?? error.message) : error);
    const head = [
      paint(90, clock(new Date(String(info['timestamp'])))),
      paint(COLOUR[info.level], info.level.toUpperCase().padEnd(7)),
      ...(info['context'] === undefined ? [] : [paint(33, `[${oneLine(info['context'])}]`)]),
      oneLine(info['message']),
    ];
    const fields = Object.entries(info)
      .filter(([key, value]) => !HIDDEN.has(key) && value !== undefined)
      .map(([key, value]) => `${paint(90, `${key}=`)}${oneLine(value)}`);
    return [...head, ...fields].join(' ') + (stack === undefined ? '' : `\n${String(stack)}`);
  });
}

function clock(at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0');
  const millis = String(at.getMilliseconds()).padStart(3, '0');
  return `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${millis}`;
}

/** Control characters become visible: nothing that a client sends can forge a line or drive the terminal. */
function oneLine(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return text.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
