import { Injectable, computed, inject, signal, untracked } from '@angular/core';
import type { SignedIn, User } from '@liftdesk/api-client';
import { toProblem, type Problem } from '../shared/http/problem';
import { readSetting, writeSetting } from '../shared/ui/device/settings';
import { AuthClient } from './auth-client';
import { LEAVE } from './leave';
import { RefreshLock } from './refresh-lock';
import { SessionChannel } from './session-channel';

/** `ended`: there was a session and the server no longer knows it; the page stays and asks to sign in again. */
export type SessionState = 'starting' | 'unreachable' | 'signed-out' | 'signed-in' | 'ended';

/** Set on this device while somebody is signed in. */
const MARK = 'signed-in';

/** Who is signed in. The access token lives here, in memory, and nowhere else. */
@Injectable({ providedIn: 'root' })
export class Session {
  private readonly client = inject(AuthClient);
  private readonly lock = inject(RefreshLock);
  private readonly channel = inject(SessionChannel);
  private readonly leave = inject(LEAVE);

  private readonly currentState = signal<SessionState>('starting');
  private readonly currentUser = signal<User | null>(null);
  private readonly startProblem = signal<Problem | null>(null);
  private readonly hasLapsed = signal(false);
  private token: string | null = null;
  private starting: Promise<void> | null = null;
  private started: () => void = () => undefined;
  private renewing: Promise<boolean> | null = null;
  private waiting: (() => void)[] = [];

  readonly state = this.currentState.asReadonly();
  readonly user = this.currentUser.asReadonly();
  /** Why the server could not be asked, while the state is `unreachable`. */
  readonly problem = this.startProblem.asReadonly();
  /** This page has found that a session of before is gone, though nobody has signed out: it ran out, or the desk has moved. */
  readonly lapsed = this.hasLapsed.asReadonly();
  readonly isCustomer = computed(() => this.currentUser()?.role === 'customer');
  /** Where the signed-in user begins. */
  readonly home = computed(() => (this.isCustomer() ? '/my/tickets' : '/tickets'));

  constructor() {
    this.channel.listen((news) => {
      if (news.kind === 'signed-out') this.onSignedOutElsewhere();
      else this.onSignedInElsewhere(news.userId);
    });
  }

  accessToken(): string | null {
    return this.token;
  }

  /** Resolves when it is known who is signed in; while the server cannot be reached it waits for `retryStart`. */
  start(): Promise<void> {
    this.starting ??= new Promise((resolve) => {
      this.started = resolve;
      void this.retryStart();
    });
    return this.starting;
  }

  async retryStart(): Promise<void> {
    this.currentState.set('starting');
    try {
      await this.renew();
      this.startProblem.set(null);
      this.started();
    } catch (error) {
      this.startProblem.set(toProblem(error));
      this.currentState.set('unreachable');
    }
  }

  /**
   * Gets a new access token; however many ask at once, one request goes out, over all tabs too.
   * False when there is no session any more; rejects when the server cannot be reached.
   */
  renew(): Promise<boolean> {
    this.renewing ??= this.lock.hold(() => this.refresh()).finally(() => (this.renewing = null));
    return this.renewing;
  }

  /** True while asking the server for anything is in vain until the user has signed in again. */
  hasEnded(): boolean {
    return untracked(this.currentState) === 'ended';
  }

  /** Resolves when the user of an ended session is back. */
  whenBack(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /**
   * After a 401 to a request that carried `tokenUsed`: resolves when it is worth sending again, which may be after
   * the user has signed in again. False when nobody is signed in; rejects when the server cannot be reached.
   */
  async recover(tokenUsed: string | null): Promise<boolean> {
    if (this.token !== null && this.token !== tokenUsed) return true;
    if (!this.hasEnded() && (await this.renew())) return true;
    if (!this.hasEnded()) return false;
    await this.whenBack();
    return true;
  }

  /** Takes the answer of sign-in, registration, set-up, or a changed password. */
  adopt(answer: SignedIn): void {
    const before = this.currentUser();
    this.take(answer);
    this.channel.tell({ kind: 'signed-in', userId: answer.user.id });
    if (before && before.id !== answer.user.id) this.leave('/');
  }

  /** Takes what the user has changed about itself. */
  update(user: User): void {
    if (user.id === this.currentUser()?.id) this.currentUser.set(user);
  }

  /** Ends the session here, on the server, and in every tab. */
  async signOut(): Promise<void> {
    await this.client.signOut();
    this.forget('signed-out');
    this.channel.tell({ kind: 'signed-out' });
    this.leave('/sign-in');
  }

  private async refresh(): Promise<boolean> {
    const before = this.currentUser();
    try {
      const answer = await this.client.refresh();
      this.take(answer);
      if (before && before.id !== answer.user.id) this.leave('/');
      return true;
    } catch (error) {
      if (toProblem(error).status !== 401) throw error;
      this.hasLapsed.set(!before && readSetting(MARK) !== null);
      this.forget(before ? 'ended' : 'signed-out');
      return false;
    }
  }

  private take(answer: SignedIn): void {
    this.token = answer.accessToken;
    this.currentUser.set(answer.user);
    this.currentState.set('signed-in');
    writeSetting(MARK, 'yes');
    for (const resume of this.waiting.splice(0)) resume();
  }

  /** An ended session keeps its user: the page stays as it is until the same person is back. */
  private forget(state: 'signed-out' | 'ended'): void {
    this.token = null;
    if (state === 'signed-out') {
      this.currentUser.set(null);
      writeSetting(MARK, null);
    }
    this.currentState.set(state);
  }

  private onSignedOutElsewhere(): void {
    if (!this.currentUser()) return;
    this.forget('signed-out');
    this.leave('/sign-in');
  }

  private onSignedInElsewhere(userId: string): void {
    const user = this.currentUser();
    if (user && user.id !== userId) this.leave('/');
    else if (this.currentState() === 'unreachable') void this.retryStart();
    else if (this.currentState() !== 'signed-in') void this.renew().catch(() => undefined);
  }
}
