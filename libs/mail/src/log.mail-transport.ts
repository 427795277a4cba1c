import { randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { composeMail } from './compose-mail';
import type { Mail } from './mail';
import { MailUnavailableError } from './mail.errors';
import { type KeptMail, type KeptMailPage, MailFolder } from './mail-folder';
import { type Accepted, type MailFinding, MailTransport } from './mail-transport';

const ID = /^\d{8}T\d{9}Z-[0-9a-f]{12}$/;

/** Nobody waits for it: a flood of mail leaves room for who works at the desk. */
const MAX_PER_SECOND = 50;

export interface LogMailOptions {
  dir: string;
  /** How many mails are kept; the oldest go. */
  keep: number;
}

/**
 * Puts mail aside in a folder, each as `<id>.eml` for a mail program and as `<id>.json` for the outbox page. Ids sort by
 * time. The files are for this user of the machine alone: there are links to new passwords among them.
 */
export class LogMailTransport extends MailTransport implements MailFolder {
  readonly name = 'log';
  readonly reachesPeople = false;

  constructor(private readonly options: LogMailOptions) {
    super();
  }

  async send(mail: Mail): Promise<Accepted> {
    const raw = await composeMail(mail);
    const createdAt = new Date();
    const id = `${createdAt.toISOString().replace(/[-:.]/g, '')}-${randomBytes(6).toString('hex')}`;
    try {
      await mkdir(this.options.dir, { recursive: true });
      await this.write(`${id}.eml`, raw);
      await this.write(`${id}.json`, JSON.stringify(keptMail(id, mail, createdAt, raw)));
      await this.prune();
    } catch (error) {
      throw unavailable(error);
    }
    return { providerId: null };
  }

  async check(): Promise<MailFinding> {
    try {
      await mkdir(this.options.dir, { recursive: true });
      await readdir(this.options.dir);
    } catch (error) {
      throw unavailable(error);
    }
    return {};
  }

  async maxPerSecond(): Promise<number> {
    return MAX_PER_SECOND;
  }

  async close(): Promise<void> {
    // Nothing stays open between two mails.
  }

  async list(limit: number, before?: string): Promise<KeptMailPage> {
    const ids = (await this.ids()).filter((id) => before === undefined || id < before).reverse();
    const page = await Promise.all(ids.slice(0, limit).map((id) => this.read(id)));
    return {
      items: page.filter((mail) => mail !== null),
      nextCursor: ids.length > limit ? (ids[limit - 1] ?? null) : null,
    };
  }

  async read(id: string): Promise<KeptMail | null> {
    if (!ID.test(id)) return null;
    try {
      return JSON.parse(await readFile(join(this.options.dir, `${id}.json`), 'utf8')) as KeptMail;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw unavailable(error);
    }
  }

  /** Oldest first. */
  private async ids(): Promise<string[]> {
    try {
      const names = await readdir(this.options.dir);
      return names
        .filter((name) => name.endsWith('.json'))
        .map((name) => name.slice(0, -'.json'.length))
        .filter((id) => ID.test(id))
        .sort();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw unavailable(error);
    }
  }

  /** Whoever looks sees the whole file or none. */
  private async write(name: string, content: string | Buffer): Promise<void> {
    const path = join(this.options.dir, name);
    await writeFile(`${path}.part`, content, { mode: 0o600 });
    await rename(`${path}.part`, path);
  }

  private async prune(): Promise<void> {
    const ids = await this.ids();
    const old = ids.slice(0, Math.max(0, ids.length - this.options.keep));
    for (const id of old)
      for (const type of ['json', 'eml']) await rm(join(this.options.dir, `${id}.${type}`), { force: true });
  }
}

function keptMail(id: string, mail: Mail, createdAt: Date, raw: Buffer): KeptMail {
  return {
    id,
    to: mail.to.address,
    from: mail.from.address,
    subject: mail.subject,
    createdAt: createdAt.toISOString(),
    text: mail.text,
    html: mail.html,
    headers: headersOf(raw),
  };
}

/** As they stand in the file, unfolded. */
function headersOf(raw: Buffer): Record<string, string> {
  const head = raw.subarray(0, raw.indexOf('\r\n\r\n')).toString('latin1').replace(/\r\n[ \t]+/g, ' '); // prettier-ignore
  return Object.fromEntries(
    head.split('\r\n').map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()];
    }),
  );
}

const unavailable = (cause: unknown): MailUnavailableError =>
  new MailUnavailableError('The folder for mail cannot be written', {
    detail: (cause as NodeJS.ErrnoException).code,
    cause,
  });
