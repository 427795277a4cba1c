import { httpResource } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import type { AuthSession } from '@liftdesk/api-client';
import { toProblem } from '../../shared/http/problem';
import { Time } from '../../shared/time/time';
import { Icon } from '../../shared/ui/icon/icon';
import { Skeleton } from '../../shared/ui/state/skeleton';
import { skeletonFor } from '../../shared/ui/state/skeleton-time';
import { State } from '../../shared/ui/state/state';
import { Toaster } from '../../shared/ui/toast/toaster';
import { AuthClient } from '../auth-client';
import { deviceName } from './device-name';

/** Where the account is signed in, each with a button that ends it. */
@Component({
  selector: 'desk-device-sessions',
  imports: [Icon, Skeleton, State, Time],
  templateUrl: './device-sessions.html',
  styleUrl: './device-sessions.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class DeviceSessions {
  private readonly client = inject(AuthClient);
  private readonly toaster = inject(Toaster);

  protected readonly sessions = httpResource<{ items: AuthSession[] }>(() => '/api/auth/sessions');
  protected readonly problem = computed(() =>
    this.sessions.error() ? toProblem(this.sessions.error()) : null,
  );
  protected readonly waiting = skeletonFor(() => !this.sessions.hasValue() && !this.problem());
  protected readonly rows = computed(() =>
    this.sessions.hasValue()
      ? this.sessions.value().items.map((session) => ({
          session,
          device: deviceName(session.userAgent),
          isPhone: /iPhone|Android/.test(session.userAgent),
        }))
      : [],
  );

  protected async end({ session, device }: { session: AuthSession; device: string }): Promise<void> {
    try {
      await this.client.endSession(session.id);
      this.toaster.show({ text: `${device} signed out` });
    } catch (error) {
      this.toaster.fail(`${device} not signed out. ${toProblem(error).title}`);
    }
    this.sessions.reload();
  }
}
