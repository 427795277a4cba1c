import { createHash } from 'node:crypto';
import { ask, type Answer, jsonOf } from '../../cli/doctor/ask';
import { ok } from '../../cli/doctor/check';
import { encodePng } from '../../database/seed/demo/encode-png';
import { makePdf } from '../../database/seed/demo/make-pdf';
import type { Browser } from '../../remote-checks/browser';
import { expectStatus, expectThat } from '../../remote-checks/expectation';
import type { SmokeCheck, SmokeContext } from '../context';
import { type FormFile, formOf } from '../form-data';

const MB = 1024 * 1024;
/** Files may have 10 MB; the proxy lets a little more through, so that it is the desk that says so. */
const TOO_LARGE = 10 * MB + 1;
const STORE = {
  cause: 'the object store does not keep what it is given, or the proxy changes it on the way',
  fix: 'npm run doctor on the machine looks at the store; npm run storage:verify at what is in it',
};
const LIMITS = {
  cause: 'the proxy refuses or changes it before the desk sees it, or the desk is set otherwise',
  fix: 'client_max_body_size 11m; in nginx; MAX_FILE_SIZE of the desk',
};
const GONE = {
  cause: 'what is deleted can still be had',
  fix: 'npm run storage:verify on the machine; the log of the desk',
};

interface Attachment {
  readonly id: string;
  readonly filename: string;
  readonly mimeType: string;
  readonly sha256: string;
}

/** A picture and a document come in with a ticket, and are what they were. */
export const uploadCheck: SmokeCheck = {
  name: 'upload',
  writes: true,
  timeoutMs: 30_000,
  run: async (context, signal) => {
    const attachments = await uploaded(context, signal);
    for (const [index, { filename, type, content }] of FILES.entries()) {
      const kept = attachments[index];
      const same = kept?.filename === filename && kept.mimeType === type && kept.sha256 === sha256(content);
      expectThat(same, `${filename} is not kept as it was sent`, STORE);
    }
    return ok(`${FILES.map(({ filename }) => filename).join(' and ')}`);
  },
};

/** The signed link gives, without a session, the same bytes under the file's own name; changed it gives nothing. */
export const downloadCheck: SmokeCheck = {
  name: 'download',
  writes: true,
  timeoutMs: 30_000,
  run: async (context, signal) => {
    const { browser } = await context.visit.customer(signal);
    for (const { id, filename, sha256: expected } of await uploaded(context, signal)) {
      const url = await linkOf(id, browser, signal);
      const answer = expectStatus(await follow(url, context, signal), 200, `the link of ${filename}`);
      expectThat(sha256(answer.body) === expected, `${filename} comes back with other bytes`, STORE);
      const disposition = String(answer.headers['content-disposition']);
      expectThat(
        /^attachment/.test(disposition) && disposition.includes(filename),
        `${filename} is offered as ${disposition}`,
        STORE,
      );
      const changed = new URL(url, context.remote.url);
      const [name, signature = ''] = [...changed.searchParams].find(([key]) => /signature$/i.test(key)) ?? [];
      expectThat(name !== undefined, 'the link is not signed', GONE);
      changed.searchParams.set(
        name,
        signature.replace(/^./, (first) => (first === '0' ? '1' : '0')),
      );
      const { status } = await follow(changed.href, context, signal);
      expectThat(status >= 400 && status < 500, `a link with another signature is answered ${status}`, GONE);
    }
    return ok('the same SHA-256 by signed links, which cannot be changed');
  },
};

export const attachmentDeleteCheck: SmokeCheck = {
  name: 'attachment-delete',
  writes: true,
  timeoutMs: 30_000,
  run: async (context, signal) => {
    const { browser } = await context.visit.customer(signal);
    const [, pdf] = await uploaded(context, signal);
    const path = `/api/attachments/${pdf?.id}`;
    const url = await linkOf(String(pdf?.id), browser, signal);
    expectStatus(await browser.ask(path, { method: 'DELETE', signal }), 204, 'DELETE /api/attachments/{id}');
    for (const gone of [path, `${path}/link`])
      expectStatus(await browser.ask(gone, { signal }), 404, `GET ${gone} after it was deleted`);
    const { status } = await follow(url, context, signal);
    expectThat(status === 404 || status === 403, `its link is answered ${status} after it was deleted`, GONE);
    return ok('gone, and its link with it');
  },
};

/** What is too large is 413, what is no document or picture is 415, whatever it calls itself. */
export const uploadLimitsCheck: SmokeCheck = {
  name: 'upload-limits',
  writes: true,
  timeoutMs: 60_000,
  run: async (context, signal) => {
    const program: FormFile = {
      filename: 'photo.png',
      type: 'image/png',
      content: Buffer.concat([Buffer.from('MZ\x90\0\x03\0\0\0\x04\0\0\0'), Buffer.alloc(500)]),
    };
    const large: FormFile = {
      filename: 'large.txt',
      type: 'text/plain',
      content: Buffer.alloc(TOO_LARGE, 'too large '),
    };
    const cases: readonly (readonly [what: string, file: FormFile, status: number])[] = [
      ['a program that calls itself a picture', program, 415],
      ['a file of 10 MB and a byte', large, 413],
    ];
    for (const [what, file, status] of cases) {
      const answer = await send([file], context, signal);
      expectThat(
        answer.status === status,
        `${what} is answered ${answer.status} instead of ${status}`,
        LIMITS,
      );
    }
    return ok('10 MB and a byte are 413, a program is 415');
  },
};

const FILES: readonly FormFile[] = [
  {
    filename: 'smoke-test.png',
    type: 'image/png',
    content: encodePng((x, y) => [x * 255, y * 255, 128], 64, 64),
  },
  {
    filename: 'smoke-test.pdf',
    type: 'application/pdf',
    content: makePdf('Smoke test', ['Sent by the smoke test of a release.', 'It goes by itself.']),
  },
];

/** Both files at the ticket, sent once for all checks. */
function uploaded(context: SmokeContext, signal: AbortSignal): Promise<readonly Attachment[]> {
  return context.visit.once('attachments', async () => {
    const answer = await send(FILES, context, signal);
    const { items } = jsonOf(expectStatus(answer, 201, 'POST /api/tickets/{id}/attachments'));
    return items as Attachment[];
  });
}

async function send(
  files: readonly FormFile[],
  { visit }: SmokeContext,
  signal: AbortSignal,
): Promise<Answer> {
  const [{ browser }, ticket] = [await visit.customer(signal), await visit.ticket(signal)];
  const form = formOf('attachments', files);
  return browser.ask(`/api/tickets/${ticket.id}/attachments`, { method: 'POST', ...form, signal });
}

async function linkOf(id: string, browser: Browser, signal: AbortSignal): Promise<string> {
  const answer = await browser.ask(`/api/attachments/${id}/link`, { signal });
  return String(jsonOf(expectStatus(answer, 200, 'GET /api/attachments/{id}/link'))['url']);
}

/** At the desk, or in the object store. Nobody is signed in there. */
function follow(link: string, { remote }: SmokeContext, signal: AbortSignal): Promise<Answer> {
  const url = new URL(link, remote.url);
  const question = { maxBytes: 2 * MB, signal };
  return url.origin === remote.url.origin ? remote.ask(url.href, question) : ask(url, question);
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
