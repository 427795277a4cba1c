/** A file of any size, without its bytes. */
export function aFile(name: string, size = 1000, type = 'application/pdf'): File {
  const file = new File(['x'], name, { type });
  Object.defineProperty(file, 'size', { value: size });
  return file;
}

/** What a drag, a drop or a paste brings to an element; the answer is the event, to see who took it. */
export function bring(
  to: Element | null,
  type: 'dragenter' | 'dragover' | 'drop' | 'paste',
  data: { types: string[]; files?: File[] },
): Event {
  const event = new Event(type, { bubbles: true, cancelable: true });
  const transfer = { files: [], ...data };
  Object.assign(event, type === 'paste' ? { clipboardData: transfer } : { dataTransfer: transfer });
  to?.dispatchEvent(event);
  return event;
}

/** Drops files on an element. */
export function drop(to: Element | null, ...files: File[]): Event {
  return bring(to, 'drop', { types: ['Files'], files });
}
