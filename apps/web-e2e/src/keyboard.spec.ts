import { expect, test } from './harness/journey';
import { property } from './harness/ticket-page';
import { INGRID, somebody } from './harness/people';

test('an agent works the queue without a mouse', async ({ visit, api }) => {
  const omar = somebody('Omar Haddad');
  const word = omar.email.split('@')[0]?.replace('.', '') ?? '';
  const customer = await api.register(omar);
  for (const what of ['First', 'Second', 'Third'])
    await customer.openTicket(`${what} question about ${word}`, `My ${what.toLowerCase()} question.`);

  const page = await visit({ as: INGRID });
  const rows = page.getByRole('grid').getByRole('row');
  const search = page.getByRole('searchbox', { name: 'Search tickets' });
  const heading = (text: string) => page.getByRole('heading', { level: 1, name: text });
  const reply = page.getByRole('textbox', { name: 'Reply' });
  const note = page.getByRole('textbox', { name: 'Internal note' });
  await page.goto('/tickets');
  await expect(rows.first()).toBeVisible();

  await test.step('/ searches and explains the operators', async () => {
    await page.keyboard.press('/');
    await expect(search).toBeFocused();
    await expect(page.getByText('assignee:me', { exact: true })).toBeVisible();
    await page.keyboard.type(`subject:${word}`);
    await page.keyboard.press('Enter');
    await expect(rows).toHaveCount(3);
    await expect(page).toHaveURL(/q=subject/);
  });

  await test.step('j and k move the cursor, and nothing else', async () => {
    const cursor = page.getByRole('row', { selected: true });
    await expect(cursor).toContainText('Third');
    await page.keyboard.press('j');
    await expect(cursor).toContainText('Second');
    await expect(cursor).toBeFocused();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await expect(cursor).toContainText('First');
    await page.keyboard.press('k');
    await expect(cursor).toContainText('Second');
  });

  await test.step('Enter opens the ticket, j and k go on from there', async () => {
    await page.keyboard.press('Enter');
    await expect(heading(`Second question about ${word}`)).toBeVisible();
    await page.keyboard.press('j');
    await expect(heading(`First question about ${word}`)).toBeVisible();
    await page.keyboard.press('k');
    await expect(heading(`Second question about ${word}`)).toBeVisible();
  });

  await test.step('r replies, Ctrl+Enter sends and sets Pending', async () => {
    await expect(page.getByText('My second question.')).toBeVisible();
    await page.keyboard.press('r');
    await expect(reply).toBeFocused();
    // Every single key that means something elsewhere is a letter here.
    await page.keyboard.type('Just in person, e.g. jk? n/a');
    await expect(reply).toHaveValue('Just in person, e.g. jk? n/a');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('article', { name: 'Reply by Ingrid Solberg' })).toContainText('jk? n/a');
    await expect(property(page, 'Status')).toContainText('Pending');
    await expect(reply).toHaveValue('');
  });

  await test.step('n notes, Ctrl+Enter adds', async () => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('n');
    await expect(note).toBeFocused();
    await page.keyboard.type('Calls every week.');
    await page.keyboard.press('Control+Enter');
    await expect(page.getByRole('article', { name: /^Internal note by Ingrid/ })).toContainText('every week');
  });

  await test.step('s sets the status from a list', async () => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('s');
    const list = page.getByRole('listbox', { name: 'Status' });
    await expect(list).toBeFocused();
    await expect(list.getByRole('option', { name: /Solved/ })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(list).toBeHidden();
  });

  await test.step('? shows all keys', async () => {
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'All keys' });
    await expect(keys).toContainText('Internal note');
    await expect(keys).toContainText('Send and solve');
    await expect(keys.getByText('Next ticket')).toHaveCount(1);
    await page.keyboard.press('Escape');
    await expect(keys).toBeHidden();
  });

  await test.step('/ searches from a ticket, in the list it was opened from', async () => {
    await page.keyboard.press('/');
    await expect(search).toBeFocused();
    await expect(search).toHaveValue(`subject:${word}`);
    await page.keyboard.press('Enter');
    await expect(page.getByRole('row', { selected: true })).toContainText('Second');
    await page.keyboard.press('Enter');
    await expect(heading(`Second question about ${word}`)).toBeVisible();
  });

  await test.step('i takes it, e solves it, z takes that back', async () => {
    await page.keyboard.press('i');
    await expect(property(page, 'Assignee')).toContainText('Ingrid Solberg');
    await page.keyboard.press('e');
    await expect(property(page, 'Status')).toContainText('Solved');
    await expect(page.getByRole('region', { name: 'Message' })).toContainText('solved');
    await page.keyboard.press('z');
    await expect(property(page, 'Status')).toContainText('Pending');
  });

  await test.step('Escape goes back to where the list was', async () => {
    await page.keyboard.press('Escape');
    await expect(rows).toHaveCount(3);
    await expect(page.getByRole('row', { selected: true })).toContainText('Second');
    // The second key counts within a second of the first: where the machine was busy they are pressed again.
    await expect(async () => {
      await page.keyboard.press('g');
      await page.keyboard.press('m');
      await expect(heading('My tickets')).toBeVisible({ timeout: 3_000 });
    }).toPass();
    await expect(rows.first()).toContainText('Second');
  });
});
