import type { Page } from '@playwright/test';
import type { Message } from '@liftdesk/api-client';
import { expectAccessible } from './harness/accessibility';
import { type Visit, expect, test } from './harness/journey';
import { expectNoSidewaysScroll, takeScreenshot } from './harness/layout';
import { AYLIN, KATRIN, MAJA, type Person } from './harness/people';

interface Place {
  name: string;
  as?: Person;
  /** What the browser complains about because going there provokes it. */
  noise?: RegExp;
  /** Goes there and waits until everything is on the screen. */
  open: (page: Page) => Promise<void>;
}

const queueIsFull = (page: Page) => expect(page.getByRole('row').first()).toBeVisible();

/** To the ticket with these words in its subject, as somebody who looks for it. */
async function openInQueue(page: Page, words: string): Promise<void> {
  await page.goto(`/tickets?q=${encodeURIComponent(words)}`);
  await page.getByRole('row').getByRole('link').first().click();
  await expect(page.getByRole('article').first()).toBeVisible();
}

async function openMine(page: Page, words: string): Promise<void> {
  await page.goto('/my/tickets');
  await page.getByRole('link', { name: words }).last().click();
  await expect(page.getByRole('article').first()).toBeVisible();
}

/** Somebody else of the team has the ticket open that is on the page, and writes. */
async function bringColleague(page: Page): Promise<void> {
  const { origin, pathname } = new URL(page.url());
  const context = await page.context().browser()?.newContext({ baseURL: origin });
  if (!context) throw new Error('The page has no browser');
  page.once('close', () => void context.close());
  const { email, password } = AYLIN;
  expect((await context.request.post('/api/auth/login', { data: { email, password } })).status()).toBe(200);
  const other = await context.newPage();
  await other.goto(pathname);
  const reply = other.getByRole('textbox', { name: 'Reply' });
  // What was typed before this page listens is not told again; whoever goes on typing is.
  await expect(async () => {
    await reply.pressSequentially('One ');
    await expect(page.getByText('Aylin is typing')).toBeVisible({ timeout: 3_000 });
  }).toPass();
}

/** As where mail did not arrive: what became of it comes from mail servers, of which there are none here. */
async function spoilMail(page: Page): Promise<void> {
  const fates = [
    { status: 'bounced', reason: '550 no such user here', attempts: 1 },
    { status: 'failed', reason: '552 mailbox full', attempts: 10 },
  ];
  await page.route('**/api/tickets/*/messages?*', async (route) => {
    const answer = await route.fetch();
    const { items, ...rest } = (await answer.json()) as { items: Message[] };
    let replies = 0;
    const spoilt = items.map((message) => {
      if (message.kind === 'note' || message.author.role === 'customer') return message;
      const fate = fates[replies++ % fates.length];
      const { id, createdAt } = message;
      return { ...message, delivery: { id, recipient: KATRIN.email, updatedAt: createdAt, ...fate } };
    });
    await route.fulfill({ response: answer, json: { ...rest, items: spoilt } });
  });
}

async function openOutbox(page: Page): Promise<void> {
  await page.goto('/outbox');
  await page.request.post('/api/auth/password/forgot', { data: { email: KATRIN.email } });
  await expect(page.getByRole('region', { name: 'Mails' }).getByRole('link').first()).toBeVisible();
}

/** As while an operator looks after the desk. The answer is how a write is refused then. */
async function maintain(page: Page): Promise<{ status: number; json: object }> {
  const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
  const maintenance = { since: at(-5), until: at(40), message: 'We move to a bigger house tonight.' };
  await page.route('**/api/status', (route) => route.fulfill({ json: { maintenance } }));
  const type = 'https://liftdesk.example/problems/maintenance';
  return { status: 503, json: { type, maintenance } };
}

const noticeIsThere = (page: Page) =>
  expect(page.getByRole('status').filter({ hasText: 'Maintenance' })).toBeVisible();

const PLACES: Place[] = [
  {
    name: 'sign-in',
    open: async (page) => {
      await page.goto('/sign-in');
      await expect(page.getByRole('region', { name: 'Demo accounts' })).toBeVisible();
    },
  },
  {
    name: 'register',
    open: async (page) => {
      await page.goto('/register');
      await expect(page.getByRole('heading', { name: 'Make an account' })).toBeVisible();
    },
  },
  {
    name: 'my-tickets',
    as: KATRIN,
    open: async (page) => {
      await page.goto('/my/tickets');
      await expect(page.getByRole('region', { name: 'Recently solved tickets' })).toBeVisible();
    },
  },
  {
    name: 'my-new-ticket',
    as: KATRIN,
    open: async (page) => {
      await page.goto('/my/tickets/new');
      await expect(page.getByLabel('What happened?')).toBeVisible();
    },
  },
  { name: 'my-conversation', as: KATRIN, open: (page) => openMine(page, 'Akku zeigt E-04') },
  {
    name: 'my-account',
    as: KATRIN,
    open: async (page) => {
      await page.goto('/account');
      await expect(page.getByText('This device', { exact: true })).toBeVisible();
    },
  },
  {
    name: 'queue',
    as: MAJA,
    open: async (page) => {
      await page.goto('/tickets');
      await queueIsFull(page);
    },
  },
  {
    name: 'queue-search',
    as: MAJA,
    open: async (page) => {
      await page.goto('/tickets?q=is:open tag:battery');
      await queueIsFull(page);
      const search = page.getByRole('searchbox', { name: 'Search tickets' });
      await expect(search).toBeVisible();
      await expect(search).toHaveValue('is:open tag:battery');
    },
  },
  { name: 'ticket', as: MAJA, open: (page) => openInQueue(page, 'Akku zeigt E-04') },
  { name: 'ticket-with-notes', as: MAJA, open: (page) => openInQueue(page, 'Front fork recall') },
  {
    name: 'ticket-colleague',
    as: MAJA,
    open: async (page) => {
      await openInQueue(page, 'Akku zeigt E-04');
      await bringColleague(page);
    },
  },
  {
    name: 'ticket-mail',
    as: MAJA,
    open: async (page) => {
      await spoilMail(page);
      await openInQueue(page, 'Akku zeigt E-04');
      await page.getByRole('button', { name: 'Send again' }).first().click();
      await expect(page.getByText('Write to this address again?')).toBeVisible();
    },
  },
  { name: 'outbox', open: openOutbox },
  {
    name: 'outbox-mail',
    open: async (page) => {
      await openOutbox(page);
      await page.getByRole('region', { name: 'Mails' }).getByRole('link').first().click();
      await expect(page.frameLocator('iframe').getByRole('link').first()).toBeVisible();
    },
  },
  {
    name: 'account',
    as: MAJA,
    open: async (page) => {
      await page.goto('/account');
      await expect(page.getByText('This device', { exact: true })).toBeVisible();
      await expect(page.getByRole('switch', { name: /assigned to me/ }).first()).toBeVisible();
    },
  },
  {
    name: 'ticket-note',
    as: MAJA,
    open: async (page) => {
      await openInQueue(page, 'Front fork recall');
      await page.getByRole('tab', { name: 'Internal note' }).click();
      await page.getByRole('textbox', { name: 'Internal note' }).fill('Courier comes at **four**.');
    },
  },
  {
    name: 'ticket-picture',
    as: MAJA,
    open: async (page) => {
      await openInQueue(page, 'Akku zeigt E-04');
      await page
        .getByRole('button', { name: /^Preview .*jpg/ })
        .first()
        .click();
      await expect(page.getByRole('dialog').getByRole('img')).toBeVisible();
    },
  },
  {
    name: 'queue-empty',
    as: MAJA,
    open: async (page) => {
      await page.goto('/tickets?status=open&tag=nosuchtag');
      await expect(page.getByRole('heading', { name: /No ticket matches/ })).toBeVisible();
    },
  },
  {
    name: 'all-keys',
    as: MAJA,
    open: async (page) => {
      await page.goto('/tickets');
      await queueIsFull(page);
      await page.keyboard.press('?');
      await expect(page.getByRole('dialog', { name: 'All keys' })).toBeVisible();
    },
  },
  {
    name: 'palette',
    as: MAJA,
    open: async (page) => {
      await page.goto('/tickets');
      await queueIsFull(page);
      await page.keyboard.press('Control+k');
      const palette = page.getByRole('dialog', { name: 'Commands' });
      await palette.getByRole('combobox').fill('akku');
      await expect(palette.getByRole('option', { name: /Akku zeigt/ }).first()).toBeVisible();
    },
  },
  {
    name: 'picker',
    as: MAJA,
    open: async (page) => {
      await openInQueue(page, 'Akku zeigt E-04');
      await page.keyboard.press('a');
      await expect(page.getByRole('option', { name: /Maja Lindqvist/ })).toBeVisible();
    },
  },
  {
    name: 'sign-in-again',
    as: MAJA,
    noise: /401 .*\/api\//,
    open: async (page) => {
      await page.goto('/tickets');
      await queueIsFull(page);
      await page.request.post('/api/auth/logout');
      await expect(page.getByLabel(`Password of ${MAJA.email}`)).toBeFocused();
    },
  },
  {
    name: 'agent-new-ticket',
    as: MAJA,
    open: async (page) => {
      await page.goto('/tickets/new');
      await expect(page.getByLabel('Subject')).toBeVisible();
    },
  },
  {
    name: 'maintenance-queue',
    as: MAJA,
    open: async (page) => {
      await maintain(page);
      await page.goto('/tickets');
      await queueIsFull(page);
      await noticeIsThere(page);
    },
  },
  {
    name: 'maintenance-ticket',
    as: MAJA,
    open: async (page) => {
      const refusal = await maintain(page);
      await page.route('**/messages', (route) => route.fulfill(refusal));
      await openInQueue(page, 'Akku zeigt E-04');
      await page
        .getByRole('textbox', { name: 'Reply' })
        .fill('Guten Morgen Katrin, ein Leihrad steht bereit.');
      await page.getByRole('button', { name: /^Send, set Pending/ }).click();
      await expect(page.getByText('Maintenance is under way.')).toBeInViewport();
      await noticeIsThere(page);
    },
    noise: /503 .*\/messages/,
  },
  {
    name: 'maintenance-portal',
    as: KATRIN,
    open: async (page) => {
      await maintain(page);
      await page.goto('/my/tickets');
      await expect(page.getByRole('link', { name: 'Akku zeigt' }).last()).toBeVisible();
      await noticeIsThere(page);
    },
  },
  {
    name: 'maintenance-sign-in',
    open: async (page) => {
      await maintain(page);
      await page.goto('/sign-in');
      await expect(page.getByRole('region', { name: 'Demo accounts' })).toBeVisible();
      await noticeIsThere(page);
    },
  },
  {
    name: 'not-found',
    as: MAJA,
    open: async (page) => {
      await page.goto('/no/such/page');
      await expect(page.getByRole('heading', { name: 'This page is not here' })).toBeVisible();
    },
  },
];

const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };
const NARROW = { width: 320, height: 640 };

for (const { name, as, noise, open } of PLACES) {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${name} is sound on a desk and on a phone, ${colorScheme}`, async ({ visit, expectNoise }) => {
      for (const viewport of [WIDE, PHONE]) {
        const device: Visit = { as, colorScheme, viewport };
        const page = await visit(viewport === PHONE ? { ...device, hasTouch: true, isMobile: true } : device);
        if (noise) expectNoise(page, noise);
        await open(page);
        await takeScreenshot(page, `${name}-${viewport.width}-${colorScheme}`);
        // Colours are the same at every width, names and roles in every theme.
        if (viewport === WIDE || colorScheme === 'light') await expectAccessible(page);
        if (viewport === WIDE) continue;
        await expectNoSidewaysScroll(page);
        await page.setViewportSize(NARROW);
        await expectNoSidewaysScroll(page);
      }
    });
  }
}
