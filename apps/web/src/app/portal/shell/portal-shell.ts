import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { NavigationEnd, Router, RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { filter } from 'rxjs';
import { Session } from '../../session/session';
import { deskName } from '../../shared/config/client-config';
import { Avatar } from '../../shared/ui/avatar/avatar';
import { Icon } from '../../shared/ui/icon/icon';
import { Logo } from '../../shared/ui/logo/logo';

/** The frame of every customer page: a bar on top, on phones a tab bar at the bottom. */
@Component({
  selector: 'desk-portal-shell',
  imports: [Avatar, Icon, Logo, RouterLink, RouterLinkActive, RouterOutlet],
  templateUrl: './portal-shell.html',
  styleUrl: './portal-shell.scss',
  host: { class: 'portal' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PortalShell {
  private readonly router = inject(Router);
  private readonly navigated = toSignal(
    this.router.events.pipe(filter((event) => event instanceof NavigationEnd)),
  );

  protected readonly name = deskName();
  protected readonly session = inject(Session);
  /** The list and a conversation, but not the new ticket below the same path. */
  protected readonly onTickets = computed(() => {
    this.navigated();
    return /^\/my\/tickets(?!\/new)/.test(this.router.url);
  });

  protected skip(content: HTMLElement): void {
    content.querySelector<HTMLElement>('main')?.focus();
  }
}
