import { aPhoto } from './harness/files';
import { dropFile, holdUpload, pastePicture } from './harness/give-files';
import { expect, test } from './harness/journey';
import { INGRID, somebody } from './harness/people';

test('an agent drops and pastes files, and the reply waits for the one on its way', async ({
  visit,
  api,
}) => {
  const ticket = await (await api.register(somebody())).openTicket('A dented box', 'What now?');
  const page = await visit({ as: INGRID });
  await page.goto(`/tickets/${ticket.number}`);
  const reply = page.getByRole('textbox', { name: 'Reply' });
  await reply.fill('Like these two, I think.');
  await pastePicture(reply, aPhoto('copied.png', 64, 48));
  const editor = page.getByRole('region', { name: 'Write' });
  await expect(editor.getByText('image.png')).toBeVisible();
  await expect(editor.getByText('Uploaded,')).toBeVisible();

  const upload = await holdUpload(page);
  await dropFile(page.getByRole('article').first(), aPhoto('dent.png', 64, 48));
  await upload.begun;
  await page.getByRole('button', { name: /^Send, set Pending/ }).click();
  await expect(editor.getByText('Goes out when the files are there')).toBeVisible();
  expect(await (await api.signIn(INGRID)).messages(ticket.id)).toHaveLength(1);

  upload.letGo();
  const sent = page.getByRole('article', { name: 'Reply by Ingrid Solberg' });
  await expect(sent.getByRole('button', { name: 'Preview image.png' })).toBeVisible();
  await expect(sent.getByRole('button', { name: 'Preview dent.png' })).toBeVisible();
  await expect(reply).toHaveValue('');
});

test('a customer drops and pastes files, and the ticket waits for the one on its way', async ({
  visit,
  api,
}) => {
  const eva = somebody('Eva Brandt');
  await api.register(eva);
  const page = await visit({ as: eva });
  await page.goto('/my/tickets/new');
  await page.getByLabel('Subject').fill('A dented box');
  await page.getByLabel('What happened?').fill('It came like this.');
  await pastePicture(page.getByLabel('What happened?'), aPhoto('copied.png', 64, 48));
  const files = page.getByRole('list', { name: 'Files' }).getByRole('listitem');
  await expect(files.filter({ hasText: 'image.png' })).toContainText('Added,');

  const upload = await holdUpload(page);
  await dropFile(page.getByRole('group', { name: 'Photos or papers' }), aPhoto('dent.png', 64, 48));
  await upload.begun;
  await page.getByRole('button', { name: 'Send ticket' }).click();
  await expect(page.getByText('Your ticket goes out as soon as the files are there.')).toBeVisible();

  upload.letGo();
  const sent = page.getByRole('article');
  await expect(sent.getByRole('button', { name: 'Preview image.png' })).toBeVisible();
  await expect(sent.getByRole('button', { name: 'Preview dent.png' })).toBeVisible();
});

test('a reply whose page is left before its file is there stays a draft, and says so', async ({
  visit,
  api,
}) => {
  const ticket = await (await api.register(somebody())).openTicket('Left too early', 'Please wait.');
  const page = await visit({ as: INGRID });
  await page.goto(`/tickets/${ticket.number}`);
  const reply = page.getByRole('textbox', { name: 'Reply' });
  await reply.fill('See the picture');
  const upload = await holdUpload(page);
  await dropFile(page.getByRole('region', { name: 'Write' }), aPhoto('dent.png', 64, 48));
  await upload.begun;
  await page.getByRole('button', { name: /^Send, set Pending/ }).click();
  await expect(page.getByText('Goes out when the files are there')).toBeVisible();
  await page.getByRole('main', { name: 'Ticket' }).getByRole('link').first().click();
  await expect(page.getByRole('grid')).toBeVisible();
  const toast = page.getByRole('region', { name: 'Message' });
  await expect(toast).toContainText('Not sent: a file was still on its way when you left.');
  upload.letGo();

  await page.goBack();
  await expect(reply).toHaveValue('See the picture');
  await expect(page.getByRole('article')).toHaveCount(1);
  expect(await (await api.signIn(INGRID)).messages(ticket.id)).toHaveLength(1);
});

test('a ticket is sent while files cannot be stored, and its words were never at risk', async ({
  visit,
  api,
  expectNoise,
}) => {
  const eva = somebody('Eva Brandt');
  await api.register(eva);
  const page = await visit({ as: eva });
  expectNoise(page, /503 .*\/api\/attachments/);
  let tries = 0;
  // As the API answers while its store is away.
  await page.route('**/api/attachments', (route) => {
    tries++;
    return route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      headers: { 'Retry-After': '2' },
      json: {
        type: 'https://liftdesk.dev/problems/storage-unavailable',
        title: 'Files cannot be taken right now',
      },
    });
  });
  await page.goto('/my/tickets/new');
  await page.getByLabel('Subject').fill('A dented box');
  await page.getByLabel('What happened?').fill('It came like this.');
  await pastePicture(page.getByLabel('What happened?'), aPhoto('copied.png', 64, 48));
  const notice = page.getByRole('alert').filter({ hasText: 'Files cannot be stored at the moment' });
  await expect(notice).toContainText('Your text and the file are kept here.');
  await expect.poll(() => tries, 'tries by itself').toBeGreaterThan(1);
  await page.getByRole('button', { name: 'Send ticket' }).click();
  await expect(page.getByText('Not sent yet: it has a file that cannot be stored')).toBeVisible();
  await expect(page.getByLabel('What happened?')).toHaveValue('It came like this.');
  await page.getByRole('button', { name: 'Send without the file' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'A dented box' })).toBeVisible();
  await expect(page.getByRole('article')).toContainText('It came like this.');
});
