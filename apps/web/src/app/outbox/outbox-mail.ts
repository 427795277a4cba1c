import {
  CSP_NONCE,
  ChangeDetectionStrategy,
  Component,
  ElementRef,
  computed,
  effect,
  inject,
  input,
  resource,
  signal,
  untracked,
} from '@angular/core';
import { DomSanitizer, Title } from '@angular/platform-browser';
import { RouterLink } from '@angular/router';
import { deskName } from '../shared/config/client-config';
import { toProblem } from '../shared/http/problem';
import { Time } from '../shared/time/time';
import { Icon } from '../shared/ui/icon/icon';
import { Skeleton } from '../shared/ui/state/skeleton';
import { skeletonFor } from '../shared/ui/state/skeleton-time';
import { State } from '../shared/ui/state/state';
import { mailFrame } from './mail-frame';
import { OutboxClient } from './outbox-client';

const LOOKS = [
  { id: 'html', label: 'As mail' },
  { id: 'text', label: 'Text' },
  { id: 'headers', label: 'Headers' },
] as const;
type Look = (typeof LOOKS)[number]['id'];

/** One mail: as its reader sees it, as plain text, and what stands at its head. */
@Component({
  selector: 'desk-outbox-mail',
  imports: [Icon, RouterLink, Skeleton, State, Time],
  templateUrl: './outbox-mail.html',
  styleUrl: './outbox-mail.scss',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class OutboxMailPage {
  private readonly client = inject(OutboxClient);
  private readonly desk = deskName();
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  private readonly nonce = inject(CSP_NONCE, { optional: true });
  private readonly sanitizer = inject(DomSanitizer);
  private readonly title = inject(Title);

  /** From the address. */
  readonly id = input.required<string>();

  protected readonly mail = resource({
    params: () => this.id(),
    loader: ({ params }) => this.client.mail(params),
  });
  protected readonly problem = computed(() => {
    const error = this.mail.error();
    return error ? toProblem(error.cause ?? error) : null;
  });
  protected readonly waiting = skeletonFor(() => !this.mail.hasValue() && !this.problem());
  protected readonly looks = LOOKS;
  protected readonly look = signal<Look>('html');
  /** Safe to trust: the frame is sandboxed, so nothing in it runs or reaches this page. */
  protected readonly frame = computed(() => {
    const html = this.mail.hasValue() ? this.mail.value().html : '';
    return html ? this.sanitizer.bypassSecurityTrustHtml(mailFrame(html, this.nonce)) : null;
  });
  protected readonly headers = computed(() =>
    this.mail.hasValue() ? Object.entries(this.mail.value().headers) : [],
  );

  constructor() {
    effect(() => {
      const mail = this.mail.hasValue() ? this.mail.value() : null;
      if (mail) untracked(() => this.title.setTitle(`${mail.subject} · ${this.desk}`));
    });
  }

  protected move(event: KeyboardEvent): void {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = LOOKS.findIndex(({ id }) => id === this.look());
    const next = LOOKS[(at + step + LOOKS.length) % LOOKS.length];
    if (!next) return;
    this.look.set(next.id);
    this.host.nativeElement.querySelector<HTMLElement>(`#look-${next.id}`)?.focus();
  }
}
