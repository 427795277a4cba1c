import type { Locator, Page } from '@playwright/test';
import type { SomeFile } from './files';

/** Drags a file from the desktop onto an element and lets it fall there. */
export async function dropFile(on: Locator, { name, mimeType, buffer }: SomeFile): Promise<void> {
  const dataTransfer = await on.page().evaluateHandle(
    ([name, type, base64]) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], name, { type }));
      return transfer;
    },
    [name, mimeType, buffer.toString('base64')] as const,
  );
  for (const step of ['dragenter', 'dragover', 'drop']) await on.dispatchEvent(step, { dataTransfer });
}

/** Copies a picture and pastes it into a field by keyboard; the browser names it `image.png`. */
export async function pastePicture(field: Locator, { buffer }: SomeFile): Promise<void> {
  const page = field.page();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await field.focus();
  await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const picture = new Blob([bytes], { type: 'image/png' });
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': picture })]);
  }, buffer.toString('base64'));
  await page.keyboard.press('ControlOrMeta+V');
}

export interface HeldUpload {
  /** Resolves when it is on its way. */
  begun: Promise<void>;
  /** Sends it on. */
  letGo: () => void;
}

/** Holds the next upload of the page. */
export async function holdUpload(page: Page): Promise<HeldUpload> {
  let begin: () => void = () => undefined;
  let letGo: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const hold = new Promise<void>((resolve) => (letGo = resolve));
  await page.route(
    '**/api/attachments',
    async (route) => {
      begin();
      await hold;
      // The page may have given it up meanwhile.
      await route.continue().catch(() => undefined);
    },
    { times: 1 },
  );
  return { begun, letGo };
}
