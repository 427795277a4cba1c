import { DOCUMENT, DestroyRef, Injectable, inject, signal } from '@angular/core';
import { readSetting, writeSetting } from '../device/settings';

export interface Shortcut {
  /** `j`, `?`, `.`, `Enter`, `Shift+a`, `Mod+k` (Ctrl, ⌘ on a Mac) or a sequence such as `g u`. */
  keys: string;
  /** Verb first, as the list of all keys shows it. */
  label: string;
  run: (event: KeyboardEvent) => void;
  /** The key does nothing (and passes on) while this says no. */
  when?: () => boolean;
}

interface Group {
  name: string;
  shortcuts: readonly Shortcut[];
}

const SEQUENCE_MS = 1000;

/**
 * Single-key commands. They match `event.key`, not the position, so `/` and `?` work on every layout; they are
 * silent in fields, menus and dialogs, and can be switched off (WCAG 2.1.4). `Mod+…` keys work in fields too.
 * Of two that match, the one registered last wins.
 */
@Injectable({ providedIn: 'root' })
export class Shortcuts {
  private readonly document = inject(DOCUMENT);
  private readonly registered = signal<readonly Group[]>([]);
  private readonly switchedOn = signal(readSetting('single-keys') !== 'off');
  private first = '';
  private firstAt = 0;

  readonly groups = this.registered.asReadonly();
  readonly enabled = this.switchedOn.asReadonly();

  constructor() {
    const listen = (event: KeyboardEvent) => this.handle(event);
    this.document.addEventListener('keydown', listen);
    inject(DestroyRef).onDestroy(() => this.document.removeEventListener('keydown', listen));
  }

  /** Turns the single keys on or off on this device. */
  enable(on: boolean): void {
    this.switchedOn.set(on);
    writeSetting('single-keys', on ? null : 'off');
  }

  /** Adds a group until the returned function is called. Components use `useShortcuts` instead. */
  register(name: string, shortcuts: readonly Shortcut[]): () => void {
    const group = { name, shortcuts };
    this.registered.update((groups) => [...groups, group]);
    return () => this.registered.update((groups) => groups.filter((other) => other !== group));
  }

  private handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || isModifier(event.key)) return;
    const pressed = nameOf(event);
    const single = !pressed.startsWith('Mod+');
    if (single && (!this.switchedOn() || isBusy(event.target))) return;
    const sequence =
      event.timeStamp - this.firstAt < SEQUENCE_MS && this.first ? `${this.first} ${pressed}` : '';
    const hit = (sequence && this.find(sequence)) || this.find(pressed);
    this.first = hit ? '' : pressed;
    this.firstAt = event.timeStamp;
    if (!hit) return;
    event.preventDefault();
    hit.run(event);
  }

  private find(keys: string): Shortcut | undefined {
    return this.registered()
      .flatMap((group) => group.shortcuts)
      .findLast((shortcut) => normalise(shortcut.keys) === keys && (shortcut.when?.() ?? true));
  }
}

/** Registers keys for as long as the calling component or service lives; call it in an injection context. */
export function useShortcuts(group: string, shortcuts: readonly Shortcut[]): void {
  inject(DestroyRef).onDestroy(inject(Shortcuts).register(group, shortcuts));
}

/** `Shift` counts with letters and named keys only: `?` is `?` however the layout makes it. */
function nameOf(event: KeyboardEvent): string {
  const letter = event.key.length === 1;
  const cased = letter && event.key.toLowerCase() !== event.key.toUpperCase();
  const parts = [
    event.ctrlKey || event.metaKey ? 'Mod' : '',
    event.altKey ? 'Alt' : '',
    event.shiftKey && (cased || !letter) ? 'Shift' : '',
    letter ? event.key.toLowerCase() : event.key,
  ];
  return parts.filter(Boolean).join('+');
}

function normalise(keys: string): string {
  return keys.replace(/(^|[ +])([A-Z])$/, (_, before: string, key: string) => before + key.toLowerCase());
}

function isModifier(key: string): boolean {
  return key === 'Shift' || key === 'Control' || key === 'Alt' || key === 'Meta' || key === 'AltGraph';
}

/** Typing goes to fields, and keys in a menu or dialog belong to it. */
function isBusy(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest(
      'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable], [role=menu], [role=dialog], [role=listbox]',
    ) !== null
  );
}
