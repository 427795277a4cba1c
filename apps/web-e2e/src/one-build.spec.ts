import { ClientHost } from './harness/client-host';
import { Desk } from './harness/desk';
import { aPdf, aPhoto } from './harness/files';
import { expect, test } from './harness/journey';
import { INGRID } from './harness/people';

test('the same build works with its API on another origin, and bears another name', async ({
  visit,
  closeAtEnd,
}) => {
  const host = closeAtEnd(await ClientHost.start());
  const desk = closeAtEnd(await Desk.open({ FRONTEND_URL: host.url }));
  const page = await visit({ at: desk, baseURL: host.url });
  host.config = {
    apiBase: `${desk.url}/api`,
    name: 'Havn Support',
    version: '1.8.2',
    environment: 'staging',
    features: { demoAccounts: false, mailOutbox: false, registration: false },
  };
  const strayed: string[] = [];
  const carried: string[] = [];
  page.on('request', (request) => {
    const { origin, pathname } = new URL(request.url());
    if (origin === host.url && pathname.startsWith('/api')) strayed.push(pathname);
    if (pathname.startsWith('/api/files/') && request.headers()['authorization']) carried.push(pathname);
  });

  await test.step('signs in, offers nothing that is not here, and stays signed in over a reload', async () => {
    await page.goto('/');
    await expect(page.getByLabel('Email')).toBeVisible();
    await expect(page.getByText('Havn Support')).toBeVisible();
    await expect(page.getByText('Demo accounts')).toHaveCount(0);
    await expect(page.getByText('Make an account')).toHaveCount(0);
    await page.getByLabel('Email').fill(INGRID.email);
    await page.getByLabel('Password', { exact: true }).fill(INGRID.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByRole('grid')).toBeVisible();
    await page.reload();
    await expect(page.getByText('Live', { exact: true })).toBeVisible();
    await expect(page).toHaveTitle('All open · Havn Support');
  });

  await test.step('sends files and gets them back', async () => {
    await page.getByRole('grid').getByRole('row').first().getByRole('link').click();
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Attach files' }).click();
    await (await chooser).setFiles([aPdf('Note.pdf', 'A note'), aPhoto('dent.png', 64, 48)]);
    await expect(page.getByText('Uploaded,')).toHaveCount(2);
    await page.getByRole('textbox', { name: 'Reply' }).fill('Both are here.');
    await page.getByRole('button', { name: /^Send, set Pending/ }).click();
    const reply = page.getByRole('article', { name: 'Reply by Ingrid Solberg' });
    await reply.getByRole('button', { name: 'Preview dent.png' }).click();
    await expect(page.getByRole('dialog').getByRole('img', { name: 'dent.png' })).toBeVisible();
    await page.getByRole('button', { name: 'Close preview' }).click();
    const coming = page.waitForEvent('download');
    await reply.getByRole('button', { name: 'Download Note.pdf' }).click();
    expect((await coming).suggestedFilename()).toBe('Note.pdf');
  });
  expect(strayed, 'calls to the origin of the page').toEqual([]);
  expect(carried, 'links that saw the token').toEqual([]);
});
