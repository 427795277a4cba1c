import { expect, test } from './harness/journey';
import { INGRID } from './harness/people';

test('a page whose code went with the version before opens anew at its address', async ({
  visit,
  expectNoise,
}) => {
  const page = await visit({ as: INGRID });
  expectNoise(page, /404 .*\.js$/, /dynamically imported module/);
  await page.goto('/tickets');
  const first = page.getByRole('row').getByRole('link').first();
  await expect(first).toBeVisible();
  const subject = await first.innerText();
  let documents = 0;
  page.on('request', (request) => {
    if (request.isNavigationRequest()) documents++;
  });

  // As after a deployment: the code of the ticket's page is under another name now.
  await page.route('**/*.js', (route) => route.fulfill({ status: 404 }), { times: 1 });
  await first.click();
  await expect(page.getByRole('heading', { level: 1, name: subject })).toBeVisible();
  await expect(page).toHaveURL(/\/tickets\/\d+$/);
  expect(documents).toBe(1);
});
