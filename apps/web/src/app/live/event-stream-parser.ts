/** One event of a `text/event-stream`. */
export interface StreamEvent {
  /** `message` where the stream names none. */
  readonly type: string;
  readonly data: string;
  /** The last id that the stream has given, to resume from. */
  readonly id: string;
}

/** Puts events together from pieces of a stream, wherever they are cut (HTML standard, 9.2.6). */
export class EventStreamParser {
  private rest = '';
  private type = '';
  private data: string[] = [];
  private id = '';

  /** The events that this piece completes. */
  feed(piece: string): StreamEvent[] {
    const events: StreamEvent[] = [];
    // A return at the end may be the first half of a line's end.
    const text = this.rest + piece;
    const whole = text.endsWith('\r') ? text.slice(0, -1) : text;
    const lines = whole.split(/\r\n|\n|\r/);
    this.rest = (lines.pop() ?? '') + text.slice(whole.length);
    for (const line of lines) {
      if (line) this.read(line);
      else this.finish(events);
    }
    return events;
  }

  private read(line: string): void {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.type = value;
    else if (field === 'data') this.data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.id = value;
  }

  private finish(events: StreamEvent[]): void {
    if (this.data.length > 0)
      events.push({ type: this.type || 'message', data: this.data.join('\n'), id: this.id });
    this.type = '';
    this.data = [];
  }
}
