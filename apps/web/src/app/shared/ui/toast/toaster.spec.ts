import { TestBed } from '@angular/core/testing';
import { Page, render } from '../../../testing/page';
import { ToastOutlet } from './toast-outlet';
import { Toaster } from './toaster';

describe('toasts', () => {
  let toaster: Toaster;
  let page: Page<ToastOutlet>;

  beforeEach(() => {
    jest.useFakeTimers();
    toaster = TestBed.inject(Toaster);
    page = render(ToastOutlet);
  });

  afterEach(() => jest.useRealTimers());

  const pass = (seconds: number) => {
    jest.advanceTimersByTime(seconds * 1000);
    TestBed.tick();
  };

  it('come one at a time and leave after ten seconds', () => {
    toaster.show({ text: '4 tickets set to Pending' });
    toaster.show({ text: 'Ticket 12 closed' });
    TestBed.tick();
    expect(page.text).toContain('4 tickets set to Pending');
    pass(10);
    expect(page.text).toContain('Ticket 12 closed');
    expect(page.text).not.toContain('Pending');
    pass(10);
    expect(page.text).toBe('');
  });

  it('wait while the pointer is on them', () => {
    toaster.show({ text: 'Ticket 12 closed' });
    TestBed.tick();
    page.host.querySelector('.toast')?.dispatchEvent(new Event('pointerenter'));
    pass(60);
    expect(page.text).toContain('Ticket 12 closed');
  });

  it('undo with Z', () => {
    const undo = jest.fn();
    toaster.show({ text: 'Ticket 12 closed', undo });
    TestBed.tick();
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', bubbles: true, cancelable: true }));
    TestBed.tick();
    expect(undo).toHaveBeenCalledTimes(1);
    expect(page.text).toBe('');
  });

  it('stay until closed when they say that something failed', () => {
    const run = jest.fn();
    toaster.fail('Tag not added, server busy', { label: 'Try again', run });
    TestBed.tick();
    pass(600);
    page.button('Try again').click();
    expect(run).toHaveBeenCalledTimes(1);
  });
});
