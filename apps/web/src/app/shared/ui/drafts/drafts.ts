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
  /** What the device has refused to store: it lasts as long as the page. */
  private readonly unstored = new Map<string, string>();

  /** The draft as it was written, or null; `T` is what `write` was given under this key. */
  read<T>(key: string): T | null {
    const text = this.unstored.get(key) ?? readSetting(`draft.${key}`);
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

  /** False when the device does not store it, so that it is gone with the page. */
  write<T>(key: string, value: T): boolean {
    const stored: Stored<T> = { savedAt: Date.now(), value };
    const text = JSON.stringify(stored);
    const kept = writeSetting(`draft.${key}`, text);
    if (kept) this.unstored.delete(key);
    else this.unstored.set(key, text);
    return kept;
  }

  remove(key: string): void {
    this.unstored.delete(key);
    writeSetting(`draft.${key}`, null);
  }
}
