import { HttpClient } from '@angular/common/http';
import { Injectable, computed, inject, signal } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { Person } from '@liftdesk/api-client';
import { Session } from '../../session/session';

/** Who can be assigned; read once for the agent's side, and again by whoever needs them where that failed. */
@Injectable()
export class Agents {
  private readonly http = inject(HttpClient);
  private readonly session = inject(Session);
  private readonly list = signal<readonly Person[]>([]);
  private reading: Promise<void> | null = null;

  /** The caller first, then by name. */
  readonly all = computed(() => {
    const me = this.session.user()?.id;
    return [...this.list()].sort(
      (a, b) => Number(b.id === me) - Number(a.id === me) || a.name.localeCompare(b.name),
    );
  });

  constructor() {
    // Whoever opens the list of them asks again, and says what went wrong.
    this.known().catch(() => undefined);
  }

  /** Everybody; rejects with what `toProblem` understands. */
  async known(): Promise<readonly Person[]> {
    this.reading ??= this.read();
    try {
      await this.reading;
    } catch (error) {
      this.reading = null;
      throw error;
    }
    return this.all();
  }

  /** `me`, `none` and ids as names; an id nobody knows any more stays readable as such. */
  nameOf(id: string): string {
    if (id === 'none') return 'Nobody';
    if (id === 'me') return 'Me';
    return this.all().find((agent) => agent.id === id)?.name ?? 'Somebody else';
  }

  private async read(): Promise<void> {
    const { items } = await firstValueFrom(this.http.get<{ items: Person[] }>('/api/agents'));
    this.list.set(items);
  }
}
