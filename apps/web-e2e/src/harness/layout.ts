import { type Page, expect } from '@playwright/test';
import { join } from 'node:path';

const SCREENSHOTS = join(__dirname, '../../../../test-output/screenshots');

/** Fails where the page is wider than the screen, and names what sticks out. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const { excess, culprits } = await page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const scrolls = (element: Element): boolean =>
      /auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX);
    const isCut = (element: Element): boolean => {
      for (
        let parent = element.parentElement;
        parent && parent !== document.body;
        parent = parent.parentElement
      )
        if (scrolls(parent)) return true;
      return false;
    };
    const culprits = [...document.body.querySelectorAll('*')]
      .filter((element) => element.getBoundingClientRect().right > width + 1 && !isCut(element))
      .map((element) => `${element.tagName.toLowerCase()}.${element.className}`)
      .slice(0, 5);
    return { excess: document.documentElement.scrollWidth - width, culprits };
  });
  expect
    .soft(excess, `${page.url()} sticks out at ${page.viewportSize()?.width} px: ${culprits.join(', ')}`)
    .toBe(0);
}

/** Into test-output/screenshots, when pictures and fonts are there. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  await expect.poll(() => page.evaluate(picturesToCome), `pictures of ${page.url()} to come`).toEqual([]);
  await page.evaluate(async () => {
    await document.fonts.ready;
    await Promise.all([...document.images].map((image) => image.decode()));
  });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), animations: 'disabled', caret: 'hide' });
}

/** Runs in the page: what is not loaded yet. A thumbnail is a glyph until it comes, which it does when it is in view. */
async function picturesToCome(): Promise<string[]> {
  const isInView = (element: Element) =>
    new Promise<boolean>((resolve) => {
      const observer = new IntersectionObserver((entries) => {
        observer.disconnect();
        resolve(entries.some((entry) => entry.isIntersecting));
      });
      observer.observe(element);
    });
  const loading = [...document.images].filter((image) => !image.complete).map((image) => image.src);
  for (const thumbnail of document.querySelectorAll('desk-attachment-thumbnail:not(:has(img))'))
    if (await isInView(thumbnail)) loading.push(thumbnail.parentElement?.ariaLabel ?? 'a thumbnail');
  return loading;
}
