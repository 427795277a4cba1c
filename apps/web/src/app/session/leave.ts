import { InjectionToken } from '@angular/core';

/** Leaves the running client for a path of our own by a full load, so that nothing of the session stays in memory. */
export const LEAVE = new InjectionToken<(path: string) => void>('LEAVE', {
  providedIn: 'root',
  factory: () => (path) => location.assign(path),
});
