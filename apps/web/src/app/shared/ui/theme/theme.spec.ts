import { TestBed } from '@angular/core/testing';
import { render } from '../../../testing/page';
import { ThemeToggle } from './theme-toggle';

describe('the theme', () => {
  const classes = document.documentElement.classList;
  const choose = (value: string) => {
    const page = render(ThemeToggle);
    const option = page.host.querySelector<HTMLInputElement>(`input[value=${value}]`);
    option?.dispatchEvent(new Event('change'));
    return page;
  };

  beforeEach(() => localStorage.clear());

  it('overrides the system and is remembered on the device', () => {
    choose('dark');
    expect(classes.contains('dark')).toBe(true);
    expect(localStorage.getItem('liftdesk.theme')).toBe('dark');
    choose('light');
    expect([...classes]).toEqual(['light']);
  });

  it('follows the system again, and forgets', () => {
    choose('dark');
    choose('system');
    expect([...classes]).toEqual([]);
    expect(localStorage.getItem('liftdesk.theme')).toBeNull();
  });

  it('shows which one is chosen', () => {
    const page = choose('dark');
    TestBed.tick();
    expect(page.host.querySelector('.on')?.textContent?.trim()).toBe('Dark');
  });
});
