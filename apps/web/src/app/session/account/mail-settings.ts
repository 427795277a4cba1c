import { httpResource } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import type { Language, NotificationSettings } from '@liftdesk/api-client';
import { toProblem } from '../../shared/http/problem';
import { Icon } from '../../shared/ui/icon/icon';
import { Skeleton } from '../../shared/ui/state/skeleton';
import { skeletonFor } from '../../shared/ui/state/skeleton-time';
import { State } from '../../shared/ui/state/state';
import { Session } from '../session';
import { MailSettingsClient } from './mail-settings-client';
import { Saving } from './saving';

type NotificationKind = keyof NotificationSettings;

const KINDS: readonly { kind: NotificationKind; label: string; help: string }[] = [
  {
    kind: 'ticketReceived',
    label: 'A ticket of mine has come in',
    help: 'With its number, so that it can be found again.',
  },
  { kind: 'agentReply', label: 'Somebody answers me', help: 'The whole answer, and a way to write back.' },
  { kind: 'solved', label: 'A ticket of mine is solved', help: 'Answer it, and it opens again.' },
  {
    kind: 'customerReply',
    label: 'A customer writes in a ticket of mine',
    help: 'Only while it is assigned to me.',
  },
  { kind: 'assigned', label: 'A ticket is assigned to me', help: 'Not when I take it myself.' },
];

/** Each in its own words, for whoever does not read English. */
const LANGUAGES: readonly { id: Language; name: string }[] = [
  { id: 'en', name: 'English' },
  { id: 'de', name: 'Deutsch' },
  { id: 'es', name: 'Español' },
  { id: 'fr', name: 'Français' },
];

/** Which mail a person gets, and in which language; each choice is saved at once. */
@Component({
  selector: 'desk-mail-settings',
  imports: [Icon, Skeleton, State],
  templateUrl: './mail-settings.html',
  styleUrl: './mail-settings.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class MailSettings {
  private readonly client = inject(MailSettingsClient);
  private readonly session = inject(Session);

  protected readonly settings = httpResource<NotificationSettings>(() => '/api/users/me/notifications');
  protected readonly problem = computed(() =>
    this.settings.error() ? toProblem(this.settings.error()) : null,
  );
  protected readonly waiting = skeletonFor(() => !this.settings.hasValue() && !this.problem());
  protected readonly languages = LANGUAGES;
  /** What the server leaves out does not concern the caller. */
  protected readonly rows = computed(() => {
    const settings = this.settings.hasValue() ? this.settings.value() : {};
    return KINDS.flatMap((row) => {
      const there = settings[row.kind];
      return there === undefined ? [] : [{ ...row, on: this.choices[row.kind].shown(there) }];
    });
  });
  protected readonly choices = Object.fromEntries(
    KINDS.map(({ kind }) => [kind, new Saving<boolean>((on) => this.save({ [kind]: on }))]),
  ) as Record<NotificationKind, Saving<boolean>>;
  protected readonly language = new Saving<Language>(async (language) =>
    this.session.update(await this.client.setLanguage(language)),
  );
  protected readonly shownLanguage = computed(() =>
    this.language.shown(this.session.user()?.language ?? 'en'),
  );

  private async save(change: NotificationSettings): Promise<void> {
    const now = await this.client.notify(change);
    this.settings.set({ ...(this.settings.hasValue() ? this.settings.value() : {}), ...now });
  }

  protected asLanguage(value: string): Language {
    return LANGUAGES.find(({ id }) => id === value)?.id ?? 'en';
  }
}
