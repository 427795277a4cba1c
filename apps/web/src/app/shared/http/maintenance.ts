import { HttpClient } from '@angular/common/http';
import { DestroyRef, Injectable, computed, effect, inject, signal, untracked } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { MaintenanceNotice, Status } from '@liftdesk/api-client';

const STATUS = '/api/status';
const EVERY_MS = 60_000;
const DURING_MS = 15_000;

/** Whether the desk is in maintenance, by what refused writes say and by asking now and then. */
@Injectable({ providedIn: 'root' })
export class Maintenance {
  private readonly http = inject(HttpClient);
  private readonly known = signal<MaintenanceNotice | null>(null);

  /** Null while the desk takes writes. */
  readonly notice = this.known.asReadonly();
  readonly isOn = computed(() => this.known() !== null);

  /** Asks now, while somebody looks at the page, and when they come back to it. Call it in an injection context. */
  watch(): void {
    const look = () => {
      if (document.visibilityState !== 'hidden') void this.look();
    };
    effect((onCleanup) => {
      const timer = setInterval(look, this.isOn() ? DURING_MS : EVERY_MS);
      onCleanup(() => clearInterval(timer));
    });
    document.addEventListener('visibilitychange', look);
    inject(DestroyRef).onDestroy(() => document.removeEventListener('visibilitychange', look));
    void this.look();
  }

  /** Does something each time a maintenance ends. Call it in an injection context. */
  whenOver(work: () => void): void {
    let wasOn = false;
    effect(() => {
      const isOn = this.isOn();
      if (wasOn && !isOn) untracked(work);
      wasOn = isOn;
    });
  }

  /** Takes the word of an answer. */
  learn(notice: MaintenanceNotice | null): void {
    this.known.set(notice && { ...notice });
  }

  async look(): Promise<void> {
    const before = untracked(this.known);
    try {
      const { maintenance } = await firstValueFrom(this.http.get<Status>(STATUS));
      // What another answer said meanwhile is newer than this question.
      if (untracked(this.known) === before) this.learn(maintenance);
    } catch {
      // What was known holds, and the next look says more.
    }
  }
}
