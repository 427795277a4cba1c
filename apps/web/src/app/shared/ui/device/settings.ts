/** A setting of this device; storage that is full, blocked or absent reads as "never set". */
export function readSetting(key: string): string | null {
  try {
    return localStorage.getItem(`liftdesk.${key}`);
  } catch {
    return null;
  }
}

/** Remembers a setting on this device, or forgets it with null; false where it cannot be stored. */
export function writeSetting(key: string, value: string | null): boolean {
  try {
    if (value === null) localStorage.removeItem(`liftdesk.${key}`);
    else localStorage.setItem(`liftdesk.${key}`, value);
    return true;
  } catch {
    // Private windows and full disks.
    return false;
  }
}
