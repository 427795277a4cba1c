/** A key that is still held, or the second click of a double click: the first has done what it asks for. */
export function isRepeated(event: Event): boolean {
  return event instanceof KeyboardEvent ? event.repeat : event instanceof MouseEvent && event.detail > 1;
}
