import { Injectable } from '@angular/core';
import { readSetting, writeSetting } from '../device/settings';

interface Stored<T> {
  savedAt: number;
  value: T;
}

const KEPT_FOR = 30 * 24 * 60 * 60_000;

/**
 * What somebody has typed and not sent, on this device, by key; it outlives errors, reloads and a lost session.
 * Keys carry the user's id, so that two people at one device do not meet each other's words.
 */
@Injectable({ providedIn: 'root' })
export class Drafts {
  /** The draft as it was written, or null; `T` is what `write` was given under this key. */
  read<T>(key: string): T | null {
    const text = readSetting(`draft.${key}`);
    if (!text) return null;
    try {
      const stored = JSON.parse(text) as Stored<T>;
      if (Date.now() - stored.savedAt <= KEPT_FOR) return stored.value;
    } catch {
      // Not ours or cut short: as good as none.
    }
    this.remove(key);
    return null;
  }

  write<T>(key: string, value: T): void {
    const stored: Stored<T> = { savedAt: Date.now(), value };
    writeSetting(`draft.${key}`, JSON.stringify(stored));
  }

  remove(key: string): void {
    writeSetting(`draft.${key}`, null);
  }
}
