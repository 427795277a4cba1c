import { readFile } from 'node:fs/promises';
import { aPdf, aPhoto, sha256 } from './harness/files';
import { expect, test } from './harness/journey';
import { property } from './harness/ticket-page';
import { INGRID, somebody } from './harness/people';

const PDF = aPdf('Lieferschein 4711.pdf', 'Delivery note 4711');
const PHOTO = aPhoto('dented box.png');
const LABEL = aPdf('Rücksende-Etikett "neu".pdf', 'Return label');

test('a ticket goes from a customer to an agent and back', async ({ visit }) => {
  const ana = somebody('Ana Ribeiro');
  const subject = `Dented box ${ana.email.split('@')[0]}`;
  const customer = await visit();
  const agent = await visit();

  await test.step('the customer registers', async () => {
    await customer.goto('/');
    await customer.getByRole('link', { name: 'Make an account' }).click();
    await customer.getByLabel('Name').fill(ana.name);
    await customer.getByLabel('Email').fill(ana.email);
    await customer.getByLabel('Password', { exact: true }).fill(ana.password);
    await customer.getByRole('button', { name: 'Make account' }).click();
    await expect(customer.getByRole('heading', { name: 'No open tickets' })).toBeVisible();
  });

  await test.step('opens a ticket with a PDF and a photo', async () => {
    await customer.getByRole('link', { name: 'New ticket' }).first().click();
    await customer.getByLabel('Subject').fill(subject);
    await customer
      .getByLabel('What happened?')
      .fill('The box came **dented** and the lamp in it is broken. Can I have a new one?');
    const chooser = customer.waitForEvent('filechooser');
    await customer.getByRole('button', { name: 'Choose files' }).click();
    await (await chooser).setFiles([PDF, PHOTO]);
    const files = customer.getByRole('list', { name: 'Files' });
    await expect(files.getByText('Added,')).toHaveCount(2);
    await customer.getByRole('button', { name: 'Send ticket' }).click();
    await expect(customer.getByRole('heading', { level: 1, name: subject })).toBeVisible();
    const message = customer.getByRole('article', { name: 'Your message' });
    await expect(message).toContainText('The box came dented');
    await expect(message.getByText(PDF.name)).toBeVisible();
    await expect(message.getByRole('button', { name: `Preview ${PHOTO.name}` })).toBeVisible();
  });

  await test.step('and sees it in My tickets', async () => {
    await customer.getByRole('main').getByRole('link', { name: 'My tickets' }).click();
    const row = customer.getByRole('region', { name: 'Open tickets' }).getByRole('link', { name: subject });
    await expect(row).toContainText('Received');
  });

  await test.step('the agent signs in and finds it by searching', async () => {
    await agent.goto('/');
    await agent.getByLabel('Email').fill(INGRID.email);
    await agent.getByLabel('Password', { exact: true }).fill(INGRID.password);
    await agent.getByRole('button', { name: 'Sign in' }).click();
    await expect(agent.getByRole('grid')).toBeVisible();
    const search = agent.getByRole('searchbox', { name: 'Search tickets' });
    await search.fill(`status:new "${subject}"`);
    await search.press('Enter');
    const rows = agent.getByRole('grid').getByRole('row');
    await expect(rows).toHaveCount(1);
    await expect(rows).toContainText(ana.name);
    await rows.getByRole('link', { name: subject }).click();
    await expect(agent.getByRole('heading', { level: 1, name: subject })).toBeVisible();
  });

  await test.step('looks at the photo', async () => {
    await agent.getByRole('button', { name: `Preview ${PHOTO.name}` }).click();
    const preview = agent.getByRole('dialog', { name: `Preview of ${PHOTO.name}` });
    const picture = preview.getByRole('img', { name: PHOTO.name });
    await expect(picture).toBeVisible();
    await expect.poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(640);
    await preview.getByRole('button', { name: 'Close preview' }).click();
    await expect(preview).toBeHidden();
  });

  await test.step('notes something for the team', async () => {
    await agent.getByRole('tab', { name: 'Internal note' }).click();
    await agent.getByRole('textbox', { name: 'Internal note' }).fill('Third broken lamp of **this batch**.');
    await agent.getByRole('button', { name: 'Add note' }).click();
    const note = agent.getByRole('article', { name: /Internal note by Ingrid Solberg/ });
    await expect(note).toContainText('Third broken lamp of this batch.');
  });

  await test.step('answers with a file', async () => {
    await agent.getByRole('tab', { name: 'Reply' }).click();
    await agent
      .getByRole('textbox', { name: 'Reply' })
      .fill('A new lamp is on its way. Here is your return label.');
    const chooser = agent.waitForEvent('filechooser');
    await agent.getByRole('button', { name: 'Attach files' }).click();
    await (await chooser).setFiles([LABEL]);
    await expect(agent.getByText('Uploaded,')).toBeVisible();
    await agent.getByRole('button', { name: /^Send, set Pending/ }).click();
    await expect(agent.getByRole('article', { name: 'Reply by Ingrid Solberg' })).toContainText(
      'return label',
    );
    await expect(property(agent, 'Status')).toContainText('Pending');
  });

  await test.step('and solves it', async () => {
    await agent.getByRole('button', { name: 'Solve' }).click();
    await expect(property(agent, 'Status')).toContainText('Solved');
    await expect(agent.getByRole('region', { name: 'Message' })).toContainText(/#\d+ solved/);
    // Whoever has a ticket open reads what comes; this agent turns to something else.
    await agent.getByRole('link', { name: 'Search', exact: true }).click();
  });

  await test.step('the customer sees the answer and not the note', async () => {
    await customer.reload();
    await customer.getByRole('link', { name: subject }).first().click();
    await expect(customer.getByRole('article', { name: 'Answer by Ingrid' })).toContainText('A new lamp');
    await expect(customer.getByText('Marked as solved')).toBeVisible();
    await expect(customer.getByText('Third broken lamp')).toHaveCount(0);
    await expect(customer.getByRole('article')).toHaveCount(2);
  });

  await test.step('downloads the file byte for byte', async () => {
    const coming = customer.waitForEvent('download');
    await customer.getByRole('button', { name: `Download ${LABEL.name}` }).click();
    const download = await coming;
    expect(sha256(await readFile(await download.path()))).toBe(sha256(LABEL.buffer));
    // The browser itself puts underscores where a file system would stumble.
    expect(download.suggestedFilename().replaceAll('_', '"')).toBe(LABEL.name);
  });

  await test.step('and reopens the ticket by answering', async () => {
    await customer.getByLabel(/Not solved after all/).fill('The label does not scan. Another one, please?');
    await customer.getByRole('button', { name: 'Send answer' }).click();
    await expect(customer.getByRole('article', { name: 'Your message' })).toHaveCount(2);
    await expect(customer.getByText('With our team')).toBeVisible();
  });

  await test.step('the agent sees it open again', async () => {
    const search = agent.getByRole('searchbox', { name: 'Search tickets' });
    await search.fill(`status:open "${subject}"`);
    await search.press('Enter');
    const row = agent.getByRole('grid').getByRole('row');
    await expect(row).toHaveCount(1);
    await expect(row).toContainText('Open');
    await expect(row).toContainText('Unread');
    await row.getByRole('link', { name: subject }).click();
    await expect(property(agent, 'Status')).toContainText('Open');
    await expect(agent.getByText('The label does not scan.')).toBeVisible();
  });
});
