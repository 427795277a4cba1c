import { Injectable } from '@angular/core';
import { readSetting, writeSetting } from '../shared/ui/device/settings';
import { randomId } from '../shared/http/random-id';

const LOCK = 'liftdesk.refresh';
const LEASE_MS = 8_000;
const POLL_MS = 60;

/**
 * One refresh at a time over all tabs: a refresh token used twice ends its session family. Where the Web Locks API
 * is missing (plain http to another machine) a lease in localStorage serves.
 */
@Injectable({ providedIn: 'root' })
export class RefreshLock {
  /** Runs the work while no other tab runs its own. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    if (navigator.locks) return navigator.locks.request(LOCK, work);
    const lease = await this.lease();
    try {
      return await work();
    } finally {
      if (readSetting('refresh-lease')?.startsWith(lease)) writeSetting('refresh-lease', null);
    }
  }

  /** Takes the lease when it is free or its holder has gone silent, and makes sure that no other tab wrote later. */
  private async lease(): Promise<string> {
    const mine = randomId();
    for (let waited = 0; waited < LEASE_MS; waited += POLL_MS) {
      const until = Number(readSetting('refresh-lease')?.split(' ')[1] ?? 0);
      if (until < Date.now()) {
        writeSetting('refresh-lease', `${mine} ${Date.now() + LEASE_MS}`);
        await pause(POLL_MS / 2);
        const holder = readSetting('refresh-lease');
        if (holder === null || holder.startsWith(mine)) return mine;
      }
      await pause(POLL_MS);
    }
    return mine;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
