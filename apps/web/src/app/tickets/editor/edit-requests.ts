import { Injectable, signal } from '@angular/core';
import type { Outgoing } from './outgoing';

/** Messages that go back from the conversation into the editor beside it; the editor takes them out of the outbox. */
@Injectable()
export class EditRequests {
  private readonly request = signal<Outgoing | null>(null);
  readonly current = this.request.asReadonly();

  ask(item: Outgoing): void {
    this.request.set(item);
  }

  taken(): void {
    this.request.set(null);
  }
}
