import type { Toaster } from './toaster';

/**
 * Code that comes when it is asked for, such as a dialog's. After a deployment the version before is gone: null then,
 * and the way to the present one is offered.
 */
export async function loadPart<T>(load: () => Promise<T>, toaster: Toaster): Promise<T | null> {
  try {
    return await load();
  } catch {
    toaster.fail('This part did not load. There may be a newer version of the page', {
      label: 'Reload the page',
      run: () => location.reload(),
    });
    return null;
  }
}
