import type { Page } from '@playwright/test';
import { Desk } from './harness/desk';
import { expect, test } from './harness/journey';
import { INGRID, RASHID, somebody } from './harness/people';
import { property } from './harness/ticket-page';

/**
 * News comes by events, within a second. Without them a page looks every 20 s: what is here long before that has come
 * as it happened, also on a busy machine.
 */
const AS_IT_HAPPENS = { timeout: 12_000 };

/** Counts how often a page is loaded from now on. */
function countLoads(page: Page): () => number {
  let loads = 0;
  page.on('request', (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame()) loads++;
  });
  return () => loads;
}

const isLive = (queue: Page) => expect(queue.getByText('Live', { exact: true })).toBeVisible();

test('an agent sees what a colleague does as it happens, and loses nothing of its own', async ({
  visit,
  api,
}, info) => {
  const ticket = await (await api.register(somebody())).openTicket('Two of us', 'Who answers first?');
  const ingrid = await visit({ as: INGRID });
  const rashid = await visit({ as: RASHID });
  for (const page of [ingrid, rashid]) {
    await page.goto('/tickets');
    await isLive(page);
    await page.goto(`/tickets/${ticket.number}`);
    await expect(page.getByRole('article')).toHaveCount(1);
  }
  const loads = countLoads(ingrid);
  const draft = ingrid.getByRole('textbox', { name: 'Reply' });
  await draft.fill('I was going to say');

  await test.step('that they are there, and that they type', async () => {
    await expect(
      ingrid.locator('desk-also-here').getByText('Rashid Karimi has this ticket open too'),
    ).toBeAttached(AS_IT_HAPPENS);
    await rashid.getByRole('textbox', { name: 'Reply' }).pressSequentially('We have one in stock.');
    await expect(ingrid.getByText('Rashid is typing')).toBeVisible(AS_IT_HAPPENS);
  });

  await test.step('their reply and status', async () => {
    const before = Date.now();
    await rashid.getByRole('button', { name: /^Send, set Pending/ }).click();
    const reply = ingrid.getByRole('article', { name: 'Reply by Rashid Karimi' });
    await expect(reply).toContainText('We have one in stock.', AS_IT_HAPPENS);
    info.annotations.push({ type: 'seen after', description: `${Date.now() - before} ms` });
    await expect(property(ingrid, 'Status')).toContainText('Pending', AS_IT_HAPPENS);
    await expect(ingrid.getByText('Rashid is typing')).toBeHidden(AS_IT_HAPPENS);
  });

  await test.step('whom they give it to', async () => {
    await rashid.keyboard.press('Escape');
    await rashid.keyboard.press('i');
    await expect(property(ingrid, 'Assignee')).toContainText('Rashid Karimi', AS_IT_HAPPENS);
  });

  await test.step('and that they are gone', async () => {
    await rashid.getByRole('main', { name: 'Ticket' }).getByRole('link').first().click();
    await expect(rashid.getByRole('grid')).toBeVisible();
    await expect(
      ingrid.locator('desk-also-here').getByText('Rashid Karimi has this ticket open too'),
    ).not.toBeAttached(AS_IT_HAPPENS);
  });

  await expect(draft).toHaveValue('I was going to say');
  await expect(draft).toBeFocused();
  expect(loads()).toBe(0);
});

test('the queue shows what happens to its tickets, and lets new ones wait', async ({ visit, api }) => {
  const ana = await api.register(somebody());
  const word = `stock${Date.now()}`;
  const first = await ana.openTicket(`First ${word}`, 'One question.');
  const page = await visit({ as: INGRID });
  await page.goto(`/tickets?status=new,open&q=${word}`);
  const rows = page.getByRole('grid').getByRole('row');
  await expect(rows).toHaveCount(1);
  await isLive(page);
  await page.keyboard.press('j');

  const rashid = await api.signIn(RASHID);
  await rashid.change(first.id, { priority: 'urgent' });
  await expect(rows.first()).toContainText('Urgent', AS_IT_HAPPENS);
  await rashid.write(first.id, 'Only for us', 'note');
  await expect(rows.first()).toContainText('Only for us', AS_IT_HAPPENS);
  await expect(rows.first()).toBeFocused();

  await ana.openTicket(`Second ${word}`, 'Another question.');
  const news = page.getByRole('button', { name: /1 new/ });
  await expect(news).toBeVisible(AS_IT_HAPPENS);
  await expect(rows).toHaveCount(1);
  await news.click();
  await expect(rows).toHaveCount(2);
});

test('a customer sees the answer as it comes, and what it types stays', async ({ visit, api }) => {
  const eva = somebody('Eva Brandt');
  const caller = await api.register(eva);
  const ticket = await caller.openTicket('A loose spoke', 'Can I ride?');
  const page = await visit({ as: eva });
  await page.goto(`/my/tickets/${ticket.number}`);
  await expect(page.getByRole('article')).toHaveCount(1);
  const answer = page.getByLabel('Your answer');
  await answer.fill('One more thing');

  const ingrid = await api.signIn(INGRID);
  await ingrid.write(ticket.id, 'The team should not say this aloud', 'note');
  await ingrid.write(ticket.id, 'Better not.');
  await expect(page.getByRole('article', { name: 'Answer by Ingrid' })).toContainText(
    'Better not.',
    AS_IT_HAPPENS,
  );
  await expect(page.getByText('say this aloud')).toHaveCount(0);
  await expect(answer).toHaveValue('One more thing');
  await expect(answer).toBeFocused();

  await page.goto('/my/tickets');
  await expect(page.getByText('Ingrid: Better not.')).toBeVisible();
  await ingrid.write(ticket.id, 'Bring it to us.');
  await expect(page.getByText('Bring it to us.').first()).toBeVisible(AS_IT_HAPPENS);
});

test('events go on after the server was away', async ({ visit, expectNoise, closeAtEnd }) => {
  // What it waits for below may take longer than a journey has.
  test.setTimeout(240_000);
  const desk = closeAtEnd(await Desk.open());
  const page = await visit({ as: INGRID, at: desk });
  expectNoise(page, /net::ERR_/, /50[23] /);
  await page.goto('/tickets');
  await isLive(page);
  await desk.crash();
  await expect(page.getByText('No connection to the server')).toBeVisible({ timeout: 40_000 });
  await desk.start();
  // It tries again less and less often.
  await expect(page.getByText('Live', { exact: true })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('No connection to the server')).toBeHidden();
  const rashid = await visit({ as: RASHID, at: desk });
  await rashid.goto('/tickets');
  const row = rashid.getByRole('grid').getByRole('row').first();
  const subject = await row.getByRole('link').innerText();
  await row.getByRole('link').click();
  await rashid.getByRole('tab', { name: 'Internal note' }).click();
  await rashid.getByRole('textbox', { name: 'Internal note' }).fill('After the storm');
  await rashid.getByRole('button', { name: 'Add note' }).click();
  const same = page.getByRole('row').filter({ hasText: subject });
  await expect(same.getByText('After the storm')).toBeVisible(AS_IT_HAPPENS);
});
