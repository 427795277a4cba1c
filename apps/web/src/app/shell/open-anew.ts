import { inject } from '@angular/core';
import { type NavigationError, Router } from '@angular/router';
import { LEAVE } from '../session/leave';
import { Toaster } from '../shared/ui/toast/toaster';

/** How the browsers say that a part of the client is not there (Chromium, Firefox, Safari). */
const MISSING = /dynamically imported module|importing a module script failed/i;
const OPENED_ANEW = 'liftdesk.opened-anew';
const A_WHILE = 5 * 60_000;

/**
 * A page whose code is not there: after a deployment the parts of the version before are gone, so the page is opened
 * anew with the present ones. Only once an address, and only where the server answers: what is typed here is worth
 * more than the browser's own error page.
 */
export async function openAnew({ error, url }: NavigationError): Promise<void> {
  const leave = inject(LEAVE);
  const router = inject(Router);
  const toaster = inject(Toaster);
  if (!(error instanceof Error && MISSING.test(error.message))) return;
  if ((await isServed(url)) && isFirstTime(url)) return leave(url);
  toaster.fail('The page did not open. What you see here is kept', {
    label: 'Try again',
    run: () => router.navigateByUrl(url),
  });
}

async function isServed(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { method: 'HEAD', cache: 'no-store' })).ok;
  } catch {
    return false;
  }
}

/** Remembered for this tab until the next deployment may have come; what cannot be remembered is not done at all. */
function isFirstTime(url: string): boolean {
  try {
    const [before, at] = sessionStorage.getItem(OPENED_ANEW)?.split(' ') ?? [];
    if (before === url && Date.now() - Number(at) < A_WHILE) return false;
    sessionStorage.setItem(OPENED_ANEW, `${url} ${Date.now()}`);
    return true;
  } catch {
    return false;
  }
}
