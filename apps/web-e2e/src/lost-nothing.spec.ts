import type { Page } from '@playwright/test';
import { writeFile } from 'node:fs/promises';
import { Desk } from './harness/desk';
import { aPdf, aPhoto } from './harness/files';
import { expect, test } from './harness/journey';
import { property } from './harness/ticket-page';
import { INGRID, RASHID, somebody } from './harness/people';

async function chooseFiles(page: Page, button: string, files: Parameters<Page['setInputFiles']>[1]) {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: button }).click();
  await (await chooser).setFiles(files);
}

test('a reload keeps what a customer has typed and attached', async ({ visit, api }) => {
  const eva = somebody('Eva Brandt');
  await api.register(eva);
  const page = await visit({ as: eva });
  await page.goto('/my/tickets/new');
  await page.getByLabel('Subject').fill('Half a subject');
  await page.getByLabel('What happened?').fill('Half a story, 半分の話');
  await chooseFiles(page, 'Choose files', [aPhoto('bell.png', 64, 48)]);
  await expect(page.getByText('Added,')).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('Subject')).toHaveValue('Half a subject');
  await expect(page.getByLabel('What happened?')).toHaveValue('Half a story, 半分の話');
  await expect(page.getByRole('list', { name: 'Files' })).toContainText('bell.png');
  await page.getByRole('button', { name: 'Send ticket' }).click();
  await expect(page.getByRole('button', { name: 'Preview bell.png' })).toBeVisible();
  await page.goto('/my/tickets/new');
  await expect(page.getByLabel('Subject')).toHaveValue('');
});

test('a reload keeps an agent’s reply and note apart', async ({ visit, api }) => {
  const ticket = await (await api.register(somebody())).openTicket('Two drafts', 'Please write both.');
  const page = await visit({ as: INGRID });
  await page.goto(`/tickets/${ticket.number}`);
  await page.getByRole('textbox', { name: 'Reply' }).fill('For the customer');
  await page.getByRole('tab', { name: 'Internal note' }).click();
  await page.getByRole('textbox', { name: 'Internal note' }).fill('For the team');
  await expect(page.getByText(/Draft saved/)).toBeVisible();
  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Reply' })).toHaveValue('For the customer');
  await page.getByRole('tab', { name: 'Internal note' }).click();
  await expect(page.getByRole('textbox', { name: 'Internal note' })).toHaveValue('For the team');
});

test.describe('when the server goes down in the middle of sending', () => {
  /** The server takes the message and dies before its answer arrives. */
  async function crashOnSend(page: Page, desk: Desk): Promise<void> {
    await page.route(
      '**/api/tickets/*/messages',
      async (route) => {
        await route.fetch();
        await desk.crash();
        await route.abort('connectionreset');
      },
      { times: 1 },
    );
  }

  test('an agent’s reply is kept, and sending again sends it once', async ({
    visit,
    expectNoise,
    closeAtEnd,
  }) => {
    const desk = closeAtEnd(await Desk.open());
    const page = await visit({ as: INGRID, at: desk });
    expectNoise(page, /net::ERR_/);
    await page.goto('/tickets');
    await page.getByRole('grid').getByRole('row').first().getByRole('link').click();
    await expect(page.getByRole('article').first()).toBeVisible();
    await crashOnSend(page, desk);
    const reply = page.getByRole('textbox', { name: 'Reply' });
    await reply.fill('Sent into the dark');
    await page.getByRole('button', { name: /^Send, set Pending/ }).click();
    const unsent = page.getByRole('article', { name: 'Reply by Ingrid Solberg, not sent' });
    await expect(unsent).toContainText('Sent into the dark');
    await expect(unsent).toContainText('No connection to the server');

    await desk.start();
    await unsent.getByRole('button', { name: 'Send again' }).click();
    await expect(unsent).toHaveCount(0);
    await expect(page.getByRole('article', { name: 'Reply by Ingrid Solberg' })).toHaveCount(1);
    await page.reload();
    await expect(page.getByText('Sent into the dark')).toHaveCount(1);
    await expect(property(page, 'Status')).toContainText('Pending');
  });

  test('a customer’s answer is kept over a reload, and sending again sends it once', async ({
    visit,
    expectNoise,
    closeAtEnd,
  }) => {
    const desk = closeAtEnd(await Desk.open());
    const page = await visit({ at: desk });
    expectNoise(page, /net::ERR_/);
    const ida = somebody('Ida Holm');
    await page.goto('/register');
    await page.getByLabel('Name').fill(ida.name);
    await page.getByLabel('Email').fill(ida.email);
    await page.getByLabel('Password', { exact: true }).fill(ida.password);
    await page.getByRole('button', { name: 'Make account' }).click();
    await page.getByRole('link', { name: 'New ticket' }).first().click();
    await page.getByLabel('Subject').fill('Flat tyre');
    await page.getByLabel('What happened?').fill('A nail.');
    await page.getByRole('button', { name: 'Send ticket' }).click();
    await expect(page.getByRole('article')).toHaveCount(1);
    await crashOnSend(page, desk);
    await page.getByLabel('Your answer').fill('Two nails.');
    await page.getByRole('button', { name: 'Send answer' }).click();
    await expect(page.getByRole('alert')).toContainText('No connection to the server');
    await expect(page.getByLabel('Your answer')).toHaveValue('Two nails.');

    await desk.start();
    await page.reload();
    await expect(page.getByLabel('Your answer')).toHaveValue('Two nails.');
    await page.getByRole('button', { name: 'Send answer' }).click();
    await expect(page.getByLabel('Your answer')).toHaveValue('');
    await expect(page.getByRole('article').filter({ hasText: 'Two nails.' })).toHaveCount(1);
  });
});

test('a change that comes second shows what the first one was, and loses no word', async ({
  visit,
  api,
  expectNoise,
}) => {
  const ticket = await (await api.register(somebody())).openTicket('Wanted by two', 'Who is first?');
  const page = await visit({ as: INGRID });
  expectNoise(page, /412 .*\/api\/tickets/);
  await page.goto(`/tickets/${ticket.number}`);
  await expect(page.getByRole('article').first()).toBeVisible();
  const reply = page.getByRole('textbox', { name: 'Reply' });
  await reply.fill('My half-written reply');
  // The look that the page takes now and then must not come in between.
  const before = await (await api.signIn(INGRID)).ticket(ticket.id);
  await page.route(`**/api/tickets/${ticket.id}`, (route) =>
    route.request().method() === 'GET' ? route.fulfill({ json: before }) : route.continue(),
  );
  await (await api.signIn(RASHID)).change(ticket.id, { priority: 'urgent' });
  await property(page, 'Status').click();
  await page.getByRole('listbox', { name: 'Status' }).getByRole('option', { name: /Open/ }).click();

  const strip = page.getByRole('alert').filter({ hasText: 'changed this ticket before you' });
  await expect(strip).toContainText('Rashid Karimi');
  await expect(strip.getByRole('listitem')).toHaveText(/Priority: Normal\s*became\s*Urgent/);
  await expect(property(page, 'Status')).toContainText('New');
  await expect(property(page, 'Priority')).toContainText('Urgent');
  await expect(reply).toHaveValue('My half-written reply');

  await strip.getByRole('button', { name: 'Set status Open' }).click();
  await expect(property(page, 'Status')).toContainText('Open');
  await expect(strip).toHaveCount(0);
  await expect(reply).toHaveValue('My half-written reply');
  // The page shows what was chosen before the desk has taken it.
  const caller = await api.signIn(INGRID);
  await expect.poll(() => caller.ticket(ticket.id)).toMatchObject({ status: 'open', priority: 'urgent' });
});

test('a file can be cancelled, and one that cannot come says why', async ({
  visit,
  api,
  expectNoise,
}, info) => {
  const kim = somebody('Kim Larsen');
  await api.register(kim);
  const page = await visit({ as: kim });
  expectNoise(page, /415 .*\/api\/attachments/, /net::ERR_/);
  // The tracer, not the page, asks again for the thumbnail of a picture that is none.
  expectNoise(page, /^Connecting to 'blob:/);
  await page.goto('/my/tickets/new');
  const files = page.getByRole('list', { name: 'Files' }).getByRole('listitem');

  await test.step('an upload under way is cancelled', async () => {
    const held = new Promise<() => Promise<void>>((resolve) => {
      void page.route('**/api/attachments', (route) => resolve(() => route.abort()), { times: 1 });
    });
    await chooseFiles(page, 'Choose files', [aPdf('slow.pdf', 'slow')]);
    const letGo = await held;
    await expect(files.getByRole('progressbar', { name: 'Upload of slow.pdf' })).toBeVisible();
    await page.getByRole('button', { name: 'Cancel upload of slow.pdf' }).click();
    await expect(page.getByText('slow.pdf')).toHaveCount(0);
    await letGo().catch(() => undefined);
  });

  await test.step('10 MB pass and one byte more is told apart before it is sent', async () => {
    const tenMegabytes = 10 * 1024 * 1024;
    const padded = async (name: string, size: number) => {
      const { buffer } = aPdf(name, 'big');
      const path = info.outputPath(name);
      await writeFile(path, Buffer.concat([buffer, Buffer.alloc(size - buffer.length, ' ')]));
      return path;
    };
    await chooseFiles(page, 'Choose files', [
      await padded('just fits.pdf', tenMegabytes),
      await padded('too much.pdf', tenMegabytes + 1),
    ]);
    await expect(files.filter({ hasText: 'too much.pdf' })).toContainText(
      'a little over 10 MB. A file may have 10 MB',
    );
    await expect(files.filter({ hasText: 'just fits.pdf' })).toContainText('Added, 10 MB');
  });

  await test.step('what is not what its name says is refused', async () => {
    const program = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(2048, 7)]);
    await chooseFiles(page, 'Choose files', [
      { name: 'holiday.png', mimeType: 'image/png', buffer: program },
    ]);
    await expect(files.filter({ hasText: 'holiday.png' })).toContainText(/PDF|type|kind/i);
    await page.getByRole('button', { name: 'Remove holiday.png' }).click();
    await page.getByRole('button', { name: 'Remove too much.pdf' }).click();
    await expect(files).toHaveCount(1);
  });

  await test.step('and the ticket goes out with what came through', async () => {
    await page.getByLabel('Subject').fill('With one file');
    await page.getByLabel('What happened?').fill('See the PDF.');
    await page.getByRole('button', { name: 'Send ticket' }).click();
    await expect(page.getByRole('button', { name: 'Download just fits.pdf' })).toBeVisible();
  });
});

test('another customer’s ticket is not there, by number, id or on the team’s side', async ({
  visit,
  api,
  expectNoise,
}) => {
  const ticket = await (await api.register(somebody('Vera Owner'))).openTicket('Mine alone', 'A secret.');
  const stranger = somebody('Sam Stranger');
  await api.register(stranger);
  const page = await visit({ as: stranger });
  expectNoise(page, /404 .*\/api\/tickets/);
  for (const path of [
    `/my/tickets/${ticket.number}`,
    `/my/tickets/${ticket.id}`,
    `/tickets/${ticket.number}`,
  ]) {
    await page.goto(path);
    await expect(page.getByRole('heading', { name: 'There is no such ticket' })).toBeVisible();
    await expect(page.getByText('Mine alone')).toHaveCount(0);
  }
  await page.goto('/tickets');
  await expect(page.getByRole('heading', { name: 'No open tickets' })).toBeVisible();
});
