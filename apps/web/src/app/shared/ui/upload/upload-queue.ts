import { LiveAnnouncer } from '@angular/cdk/a11y';
import { HttpClient, HttpEventType, type HttpEvent } from '@angular/common/http';
import { DestroyRef, Injectable, computed, inject, signal } from '@angular/core';
import type { Subscription } from 'rxjs';
import type { Attachment } from '@liftdesk/api-client';
import { toProblem } from '../../http/problem';
import { randomId } from '../../http/random-id';
import { Toaster } from '../toast/toaster';
import type { Upload } from './upload';
import { refusalOf } from './upload-limits';

const AT_ONCE = 2;
/** Where the server names no time to come again. */
const RETRY_MS = 10_000;
/** How often a file is tried again by itself; then whoever waits for it decides. */
const UNASKED = 3;
/** How long the server keeps a file that has joined nothing. */
const STAGED_MS = 24 * 60 * 60_000;
const LEFT = 'Not sent: a file was still on its way when you left. Your text is kept; add the file again.';

interface Running {
  request: Subscription;
  startedAt: number;
}

/**
 * The files of one editor: staged one by one while somebody writes, joined to the message by `attachmentIds`.
 * Provide it in the component of the editor (`providers: [UploadQueue]`); it cancels what runs when that goes.
 */
@Injectable()
export class UploadQueue {
  private readonly http = inject(HttpClient);
  private readonly announcer = inject(LiveAnnouncer);
  private readonly toaster = inject(Toaster);
  private readonly uploads = signal<readonly Upload[]>([]);
  private readonly files = new Map<string, File>();
  private readonly running = new Map<string, Running>();
  private waiters: (() => void)[] = [];
  private readonly nextTry = signal(0);
  private trying: ReturnType<typeof setTimeout> | undefined;
  private unasked = 0;
  /** Files without which a message was not sent. */
  private readonly missed = signal<readonly string[]>([]);

  readonly items = this.uploads.asReadonly();
  /** Some file is still on its way. */
  readonly busy = computed(() => this.uploads().some(isUnderway));
  /** Some file has failed and could be tried again. */
  readonly failed = computed(() => this.uploads().some(hasFailed));
  /** Some file is not there because the place for files is away, also while it is tried again. */
  readonly storageAway = computed(() => this.uploads().some(isHomeless));
  /** How many files have failed. */
  readonly missingCount = computed(() => this.uploads().filter(isMissing).length);
  /** Not before then it is worth another try; epoch ms. It is made by itself, a few times. */
  readonly retryAt = this.nextTry.asReadonly();
  /** Staged and ready to join a message. */
  readonly attachments = computed(() => this.uploads().flatMap((upload) => upload.attachment ?? []));
  readonly attachmentIds = computed(() => this.attachments().map((attachment) => attachment.id));
  /** Why the last `settled` came to false, in words, until the file is sent again or taken off. */
  readonly obstacle = computed(() => {
    const missing = this.uploads().filter((upload) => this.missed().includes(upload.id));
    if (missing.some(isHomeless)) return 'Not sent yet: it has a file that cannot be stored at the moment.';
    if (missing.some(hasFailed)) return 'A file did not arrive. Send it again or remove it.';
    if (missing.some(isRefused))
      return 'A file was refused, and nothing is sent. Remove it, or send without it.';
    return '';
  });

  constructor() {
    inject(DestroyRef).onDestroy(() => {
      clearTimeout(this.trying);
      for (const { request } of this.running.values()) request.unsubscribe();
      for (const upload of this.uploads()) revoke(upload);
      if (this.waiters.length > 0) this.toaster.fail(LEFT);
      this.release();
    });
  }

  /** Takes files from a chooser, a drop or the clipboard; what breaks a limit is listed with the reason. */
  add(files: Iterable<File>): void {
    for (const file of files) {
      const message = refusalOf(file, this.uploads().filter((upload) => !isRefused(upload)).length);
      const upload: Upload = {
        id: randomId(),
        name: file.name || 'pasted-picture.png',
        mimeType: file.type,
        size: file.size,
        state: message ? 'refused' : 'waiting',
        sent: 0,
        secondsLeft: null,
        message: message ?? '',
        storageAway: false,
        attachment: null,
        thumbnail: !message && file.type.startsWith('image/') ? URL.createObjectURL(file) : null,
      };
      this.files.set(upload.id, file);
      this.uploads.update((uploads) => [...uploads, upload]);
      if (message) void this.announcer.announce(`${upload.name}: ${message}`, 'assertive');
    }
    this.pump();
  }

  /** Puts back files that were staged before a reload; one that the server has swept since is listed as gone. */
  restore(attachments: readonly Attachment[]): void {
    this.uploads.set(attachments.map(staged));
  }

  /** Adds files that are staged already to those that are here. */
  append(attachments: readonly Attachment[]): void {
    const here = new Set(this.uploads().map((upload) => upload.id));
    const added = attachments.filter((attachment) => !here.has(attachment.id));
    this.uploads.update((uploads) => [...uploads, ...added.map(staged)]);
  }

  retry(id: string): void {
    this.change(id, { state: 'waiting', sent: 0, secondsLeft: null, message: '' });
    this.pump();
  }

  /** Tries again what has failed. */
  retryFailed(): void {
    for (const upload of this.uploads().filter(hasFailed)) this.retry(upload.id);
  }

  /** Takes the files off the list that have failed, so that the words can go without them. */
  dropFailed(): void {
    for (const upload of this.uploads().filter(isMissing)) this.remove(upload.id);
  }

  /** Takes a file off the list: cancels its upload, or gives the staged file back to the server. */
  remove(id: string): void {
    this.running.get(id)?.request.unsubscribe();
    this.running.delete(id);
    this.files.delete(id);
    const upload = this.uploads().find((one) => one.id === id);
    if (!upload) return;
    revoke(upload);
    this.uploads.update((uploads) => uploads.filter((one) => one !== upload));
    // A staged file that nobody takes back is swept by the server within a day: a failure here costs nothing.
    if (upload.attachment) {
      this.http.delete(`/api/attachments/${upload.attachment.id}`).subscribe({ error: () => undefined });
    }
    this.pump();
  }

  /**
   * Waits until nothing is on its way any more. False when a message must not go without its files: one has failed, or
   * one was refused while it was waited for; `obstacle` says so. It never resolves once the page is left or after
   * `release`, so that nothing goes out behind somebody's back.
   */
  async settled(): Promise<boolean> {
    const refusedBefore = new Set(
      this.uploads()
        .filter(isRefused)
        .map((upload) => upload.id),
    );
    this.missed.set([]);
    if (this.busy()) await new Promise<void>((resolve) => this.waiters.push(resolve));
    const missing = this.uploads().filter(
      (upload) => hasFailed(upload) || (isRefused(upload) && !refusedBefore.has(upload.id)),
    );
    this.missed.set(missing.map((upload) => upload.id));
    return missing.length === 0;
  }

  /** Lets go of what waits in `settled`: it is not sent. */
  release(): void {
    this.waiters = [];
  }

  /** Takes files off the list that have joined a message; those added since stay. */
  clear(joined: readonly Upload[] = this.uploads()): void {
    const gone = new Set(joined.map((upload) => upload.id));
    for (const upload of joined) {
      revoke(upload);
      this.files.delete(upload.id);
    }
    this.uploads.update((uploads) => uploads.filter((upload) => !gone.has(upload.id)));
  }

  private pump(): void {
    const next = this.uploads().filter((upload) => upload.state === 'waiting');
    for (const upload of next.slice(0, AT_ONCE - this.running.size)) this.send(upload.id, upload.name);
    if (!this.busy()) this.wake();
  }

  private send(id: string, name: string): void {
    const file = this.files.get(id);
    if (!file) return;
    const form = new FormData();
    form.append('attachments', file, name);
    this.change(id, { state: 'sending' });
    const startedAt = performance.now();
    const request = this.http
      .post<{ items: Attachment[] }>('/api/attachments', form, { reportProgress: true, observe: 'events' })
      .subscribe({
        next: (event) => this.follow(id, event),
        error: (error: unknown) => this.fail(id, name, error),
      });
    if (!request.closed) this.running.set(id, { request, startedAt });
  }

  private follow(id: string, event: HttpEvent<{ items: Attachment[] }>): void {
    if (event.type === HttpEventType.UploadProgress) {
      const total = event.total ?? event.loaded;
      const startedAt = this.running.get(id)?.startedAt ?? performance.now();
      const rate = event.loaded / Math.max(1, performance.now() - startedAt);
      const secondsLeft = rate > 0 ? Math.ceil((total - event.loaded) / rate / 1000) : null;
      const size = this.files.get(id)?.size ?? total;
      this.change(id, { sent: Math.round((event.loaded / total) * size), secondsLeft });
    } else if (event.type === HttpEventType.Response) {
      const attachment = event.body?.items[0] ?? null;
      this.running.delete(id);
      this.change(id, { state: 'done', attachment, storageAway: false, secondsLeft: null });
      this.unasked = 0;
      if (attachment) void this.announcer.announce(`${attachment.filename} uploaded`, 'polite');
      this.pump();
    }
  }

  private fail(id: string, name: string, error: unknown): void {
    const problem = toProblem(error);
    const upload = this.uploads().find((one) => one.id === id);
    const percent = upload?.size ? Math.round((upload.sent / upload.size) * 100) : 0;
    const refused = problem.status === 413 || problem.status === 415 || problem.status === 400;
    const storageAway = ['storage-unavailable', 'maintenance'].includes(problem.code);
    const why = problem.code === 'offline' ? `Connection lost at ${percent} %` : problem.detail;
    const message = storageAway ? 'Not stored yet' : why;
    this.running.delete(id);
    this.change(id, { state: refused ? 'refused' : 'failed', message, storageAway, secondsLeft: null });
    if (storageAway) this.tryLater(problem.retryAfter);
    // Else one notice says it for all files, and not at each try.
    else void this.announcer.announce(`${name} not uploaded. ${message}`, 'assertive');
    this.pump();
  }

  private tryLater(seconds: number | null): void {
    const ms = seconds ? seconds * 1000 : RETRY_MS;
    this.nextTry.set(Date.now() + ms);
    clearTimeout(this.trying);
    if (this.unasked >= UNASKED) return;
    this.trying = setTimeout(() => {
      this.unasked++;
      this.retryFailed();
    }, ms);
  }

  private change(id: string, change: Partial<Upload>): void {
    this.uploads.update((uploads) =>
      uploads.map((upload) => (upload.id === id ? { ...upload, ...change } : upload)),
    );
  }

  private wake(): void {
    for (const resolve of this.waiters.splice(0)) resolve();
  }
}

function isUnderway(upload: Upload): boolean {
  return upload.state === 'waiting' || upload.state === 'sending';
}

function hasFailed(upload: Upload): boolean {
  return upload.state === 'failed';
}

function isHomeless(upload: Upload): boolean {
  return upload.storageAway && upload.state !== 'refused';
}

function isMissing(upload: Upload): boolean {
  return hasFailed(upload) || isHomeless(upload);
}

function isRefused(upload: Upload): boolean {
  return upload.state === 'refused';
}

function revoke(upload: Upload): void {
  if (upload.thumbnail) URL.revokeObjectURL(upload.thumbnail);
}

function staged(attachment: Attachment): Upload {
  const swept = Date.now() - Date.parse(attachment.createdAt) > STAGED_MS;
  return {
    id: attachment.id,
    name: attachment.filename,
    mimeType: attachment.mimeType,
    size: attachment.size,
    state: swept ? 'refused' : 'done',
    sent: attachment.size,
    secondsLeft: null,
    message: swept ? 'This file waited for more than a day. Add it again.' : '',
    storageAway: false,
    attachment: swept ? null : attachment,
    thumbnail: null,
  };
}
