import { httpResource } from '@angular/common/http';
import { Injectable, computed, inject } from '@angular/core';
import type { Person } from '@liftdesk/api-client';
import { Session } from '../../session/session';

/** Who can be assigned; read once for the agent's side. */
@Injectable()
export class Agents {
  private readonly session = inject(Session);
  private readonly list = httpResource<{ items: Person[] }>(() => '/api/agents');

  /** The caller first, then by name. */
  readonly all = computed(() => {
    const me = this.session.user()?.id;
    const agents = this.list.hasValue() ? this.list.value().items : [];
    return [...agents].sort(
      (a, b) => Number(b.id === me) - Number(a.id === me) || a.name.localeCompare(b.name),
    );
  });

  /** `me`, `none` and ids as names; an id nobody knows any more stays readable as such. */
  nameOf(id: string): string {
    if (id === 'none') return 'Nobody';
    if (id === 'me') return 'Me';
    return this.all().find((agent) => agent.id === id)?.name ?? 'Somebody else';
  }
}
