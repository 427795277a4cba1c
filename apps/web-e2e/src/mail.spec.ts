import type { Page } from '@playwright/test';
import type { Ticket } from '@liftdesk/api-client';
import type { Desk } from './harness/desk';
import { SANDBOX_NOISE, expect, test } from './harness/journey';
import { INGRID, somebody } from './harness/people';

/** Where mail is really sent there is nothing to look into: such a journey says so and is left out. */
async function needsOutbox({ url }: Desk): Promise<void> {
  const { features } = (await (await fetch(`${url}/config.json`)).json()) as {
    features: { mailOutbox: boolean };
  };
  const reason = 'Mail is really sent here: there is no outbox to look into';
  if (!features.mailOutbox) console.warn(`Left out, ${test.info().title}. ${reason}`);
  test.skip(!features.mailOutbox, reason);
}

/** Answers a ticket of the person as Ingrid, and waits until the message says that it was mailed. */
async function answerByMail(agent: Page, ticket: Ticket): Promise<void> {
  await agent.goto(`/tickets/${ticket.number}`);
  await agent.getByRole('textbox', { name: 'Reply' }).fill('We **do**: look into your inbox.');
  await agent.getByRole('button', { name: /^Send, set Pending/ }).click();
  const reply = agent.getByRole('article', { name: 'Reply by Ingrid Solberg' });
  await expect(reply.getByText('Sent', { exact: true })).toBeVisible({ timeout: 30_000 });
}

test('a reply is mailed, and its message says so without a reload', async ({ visit, api }) => {
  const ticket = await (await api.register(somebody())).openTicket('Mail me', 'Do you mail answers?');
  await answerByMail(await visit({ as: INGRID }), ticket);
});

test('the outbox shows a mail to whoever looks', async ({ visit, api, desk, expectNoise }) => {
  await needsOutbox(desk);
  const ana = somebody();
  const ticket = await (await api.register(ana)).openTicket('Mail me', 'Do you mail answers?');
  await answerByMail(await visit({ as: INGRID }), ticket);

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

test('a forgotten password is set anew by the mail in the outbox', async ({
  visit,
  api,
  desk,
  expectNoise,
}) => {
  await needsOutbox(desk);
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
  await reset.getByLabel('New password', { exact: true }).fill('vier Kannen warmer Kaffee');
  await reset.getByRole('button', { name: 'Save password' }).click();
  await reset.getByRole('link', { name: 'Sign in' }).click();
  await reset.getByLabel('Email').fill(eva.email);
  await reset.getByLabel('Password', { exact: true }).fill('vier Kannen warmer Kaffee');
  await reset.getByRole('button', { name: 'Sign in' }).click();
  await expect(reset.getByRole('heading', { name: 'No open tickets' })).toBeVisible();
});

const switchOf = (page: Page, name: RegExp) => page.getByRole('switch', { name });

/** No mail of answers, and the others in German. */
async function chooseMail(page: Page): Promise<void> {
  await page.goto('/account');
  await switchOf(page, /Somebody answers me/).uncheck();
  await page.getByLabel('Language').selectOption('Deutsch');
  await expect(page.getByText('Saved', { exact: true })).toHaveCount(2);
}

test('somebody chooses which mail it gets, and in which language', async ({ visit, api }) => {
  const ida = somebody('Ida Holm');
  await api.register(ida);
  const page = await visit({ as: ida });
  await chooseMail(page);
  await page.reload();
  await expect(switchOf(page, /Somebody answers me/)).not.toBeChecked();
  await expect(page.getByLabel('Language')).toHaveValue('de');
  await expect(switchOf(page, /is solved/)).toBeChecked();
});

test('mail is as its reader has chosen', async ({ visit, api, desk, expectNoise }) => {
  await needsOutbox(desk);
  const ida = somebody('Ida Holm');
  const caller = await api.register(ida);
  const page = await visit({ as: ida });
  expectNoise(page, SANDBOX_NOISE);
  await chooseMail(page);
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
