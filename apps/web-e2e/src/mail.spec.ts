import { SANDBOX_NOISE, expect, test } from './harness/journey';
import { INGRID, somebody } from './harness/people';

test('a reply is mailed: its message says so, and the outbox shows it to whoever looks', async ({
  visit,
  api,
  expectNoise,
}) => {
  const ana = somebody();
  const ticket = await (await api.register(ana)).openTicket('Mail me', 'Do you mail answers?');
  const agent = await visit({ as: INGRID });
  await agent.goto(`/tickets/${ticket.number}`);
  await agent.getByRole('textbox', { name: 'Reply' }).fill('We **do**: look into your inbox.');
  await agent.getByRole('button', { name: /^Send, set Pending/ }).click();
  const reply = agent.getByRole('article', { name: 'Reply by Ingrid Solberg' });
  await expect(reply.getByText('Sent', { exact: true })).toBeVisible({ timeout: 30_000 });

  // Nobody is signed in here.
  const page = await visit();
  expectNoise(page, SANDBOX_NOISE);
  await page.goto('/outbox');
  const mails = page.getByRole('region', { name: 'Mails' }).getByRole('link').filter({ hasText: ana.email });
  await expect(mails).toHaveCount(2);
  await mails.first().click();
  const mail = page.frameLocator('iframe');
  await expect(mail.getByText('look into your inbox.')).toBeVisible();
  await expect(mail.locator('strong', { hasText: 'do' })).toBeVisible();
  const link = mail.getByRole('link').first();
  await expect(link).toHaveAttribute('target', '_blank');
  await page.getByRole('tab', { name: 'Text' }).click();
  await expect(page.getByRole('tabpanel')).toContainText('look into your inbox.');
  await page.getByRole('tab', { name: 'Headers' }).click();
  await expect(page.getByRole('tabpanel')).toContainText(/message-id/i);
});

test('a forgotten password is set anew by the mail in the outbox', async ({ visit, api, expectNoise }) => {
  const eva = somebody('Eva Brandt');
  await api.register(eva);
  const page = await visit();
  expectNoise(page, SANDBOX_NOISE);
  await page.goto('/forgot-password');
  await page.getByLabel('Email').fill(eva.email);
  await page.getByRole('button', { name: /link/ }).click();
  await expect(page.getByText('Look into your mail')).toBeVisible();
  await page.getByRole('link', { name: 'the outbox' }).click();
  await page
    .getByRole('region', { name: 'Mails' })
    .getByRole('link')
    .filter({ hasText: eva.email })
    .first()
    .click();
  const popup = page.waitForEvent('popup');
  await page.frameLocator('iframe').getByRole('link').first().click();
  const reset = await popup;
  await expect(reset.getByRole('heading', { name: 'Set a new password' })).toBeVisible();
});

test('somebody chooses which mail it gets, and in which language', async ({ visit, api, expectNoise }) => {
  const ida = somebody('Ida Holm');
  const caller = await api.register(ida);
  const page = await visit({ as: ida });
  expectNoise(page, SANDBOX_NOISE);
  await page.goto('/account');
  const answers = page.getByRole('switch', { name: /Somebody answers me/ });
  await expect(answers).toBeChecked();
  await answers.uncheck();
  await page.getByLabel('Language').selectOption('Deutsch');
  await expect(page.getByText('Saved', { exact: true })).toHaveCount(2);
  await page.reload();
  await expect(answers).not.toBeChecked();
  await expect(page.getByLabel('Language')).toHaveValue('de');
  await expect(page.getByRole('switch', { name: /is solved/ })).toBeChecked();

  const ticket = await caller.openTicket('Auf Deutsch', 'Bitte.');
  const ingrid = await api.signIn(INGRID);
  await ingrid.write(ticket.id, 'Nicht per Mail.');
  await ingrid.change(ticket.id, { status: 'solved' });
  await page.goto('/outbox');
  const mails = page.getByRole('region', { name: 'Mails' }).getByRole('link').filter({ hasText: ida.email });
  // Received and solved; the answer between them is not mailed.
  await expect(mails).toHaveCount(2);
  await mails.first().click();
  await expect(page.frameLocator('iframe').locator('html')).toHaveAttribute('lang', 'de');
});
