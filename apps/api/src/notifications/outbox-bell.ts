import { Injectable } from '@nestjs/common';

/** Tells the worker of this process that there is something in the outbox. Who rings need not know who hears it. */
@Injectable()
export class OutboxBell {
  private listener: (() => void) | null = null;

  ring(): void {
    this.listener?.();
  }

  onRing(listener: (() => void) | null): void {
    this.listener = listener;
  }
}
