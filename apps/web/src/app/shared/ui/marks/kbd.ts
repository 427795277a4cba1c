import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.userAgent);
const MAC_KEYS: Readonly<Record<string, string>> = { Mod: '⌘', Ctrl: '⌃', Shift: '⇧', Alt: '⌥' };
const OTHER_KEYS: Readonly<Record<string, string>> = { Mod: 'Ctrl' };
const ARROWS: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
};

/** The keys of a shortcut, each in its own cap: `Mod+Enter`, `g u`, `?`. Hidden from screen readers, which get aria-keyshortcuts. */
@Component({
  selector: 'desk-kbd',
  template: `
    @for (cap of caps(); track $index) {
      <kbd>{{ cap }}</kbd>
    }
  `,
  styleUrl: './kbd.scss',
  host: { 'aria-hidden': 'true' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Kbd {
  readonly keys = input.required<string>();

  protected readonly caps = computed(() =>
    this.keys()
      .split(/[ +](?=.)/)
      .map(
        (key) =>
          ARROWS[key] ??
          (IS_MAC ? MAC_KEYS : OTHER_KEYS)[key] ??
          (key.length === 1 ? key.toUpperCase() : key),
      ),
  );
}
