/** A setting of this device; storage that is full, blocked or absent reads as "never set". */
export function readSetting(key: string): string | null {
  try {
    return localStorage.getItem(`liftdesk.${key}`);
  } catch {
    return null;
  }
}

/** Remembers a setting on this device, or forgets it with null; what cannot be stored lasts until the reload. */
export function writeSetting(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`liftdesk.${key}`);
    else localStorage.setItem(`liftdesk.${key}`, value);
  } catch {
    // Private windows and full disks: the setting holds for this page.
  }
}
