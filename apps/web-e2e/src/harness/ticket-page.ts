import type { Locator, Page } from '@playwright/test';

/** The button of an agent's side panel that shows a property and changes it. */
export function property(page: Page, name: 'Status' | 'Priority' | 'Assignee'): Locator {
  return page.getByRole('button', { name: new RegExp(`^${name}\\b`) });
}
