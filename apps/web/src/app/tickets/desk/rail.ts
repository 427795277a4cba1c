import { Dialog } from '@angular/cdk/dialog';
import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { MatMenuModule } from '@angular/material/menu';
import { NavigationEnd, Router, RouterLink } from '@angular/router';
import { filter, map } from 'rxjs';
import { convertToParamMap } from '@angular/router';
import { Session } from '../../session/session';
import { signOut } from '../../session/sign-out';
import { CLIENT_CONFIG, deskName } from '../../shared/config/client-config';
import { Avatar } from '../../shared/ui/avatar/avatar';
import { Icon } from '../../shared/ui/icon/icon';
import { Logo } from '../../shared/ui/logo/logo';
import { Kbd } from '../../shared/ui/marks/kbd';
import { loadPart } from '../../shared/ui/toast/load-part';
import { Toaster } from '../../shared/ui/toast/toaster';
import { readFilters, writeFilters } from '../data/ticket-filters';
import { ViewCounts } from '../data/view-counts';
import { VIEWS, type View, viewOf } from '../data/views';
import { Palettes } from '../palette/palettes';
import { DeskLayout } from './desk-layout';

/** The views with their counts, and who is signed in. */
@Component({
  selector: 'desk-rail',
  imports: [Avatar, Icon, Kbd, Logo, MatMenuModule, RouterLink],
  templateUrl: './rail.html',
  styleUrl: './rail.scss',
  host: { '[class.folded]': 'folded()' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Rail {
  private readonly router = inject(Router);
  private readonly dialog = inject(Dialog);
  private readonly toaster = inject(Toaster);
  protected readonly counts = inject(ViewCounts);
  protected readonly layout = inject(DeskLayout);
  protected readonly palettes = inject(Palettes);
  private readonly session = inject(Session);

  /** Icons and counts only. */
  readonly folded = input(false);

  protected readonly name = deskName();
  /** Mail can be read in the client: in development. */
  protected readonly outbox = inject(CLIENT_CONFIG).features.mailOutbox;
  protected readonly views = VIEWS;
  protected readonly user = this.session.user;
  private readonly url = toSignal(
    this.router.events.pipe(
      filter((event) => event instanceof NavigationEnd),
      map((event) => event.urlAfterRedirects),
    ),
    { initialValue: this.router.url },
  );
  protected readonly current = computed(() => {
    const url = this.router.parseUrl(this.url());
    const path = this.url().split(/[?#]/)[0];
    return path === '/tickets' ? viewOf(readFilters(convertToParamMap(url.queryParams))) : null;
  });

  protected paramsOf(view: View) {
    return writeFilters(view.filters);
  }

  protected commands(): void {
    this.layout.drawerOpen.set(false);
    void this.palettes.open();
  }

  protected signOut(): void {
    void signOut(this.session, this.toaster);
  }

  protected async showKeys(): Promise<void> {
    const part = await loadPart(() => import('../../shared/ui/shortcuts/all-keys'), this.toaster);
    part?.openAllKeys(this.dialog);
  }
}
