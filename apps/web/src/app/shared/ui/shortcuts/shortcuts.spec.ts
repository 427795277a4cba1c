import { TestBed } from '@angular/core/testing';
import { Shortcuts } from './shortcuts';

function press(key: string, init: KeyboardEventInit = {}, on: EventTarget = document.body): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init });
  on.dispatchEvent(event);
  return event;
}

describe('Shortcuts', () => {
  let shortcuts: Shortcuts;
  let ran: string[];

  beforeEach(() => {
    localStorage.clear();
    document.body.replaceChildren();
    shortcuts = TestBed.inject(Shortcuts);
    ran = [];
  });

  const on = (...keys: string[]) =>
    shortcuts.register(
      'Test',
      keys.map((key) => ({ keys: key, label: key, run: () => ran.push(key) })),
    );

  it('match the character, however the layout makes it', () => {
    on('?', '/', 'j', '.');
    press('?', { shiftKey: true });
    press('/', { shiftKey: true });
    press('J');
    press('.');
    expect(ran).toEqual(['?', '/', 'j', '.']);
  });

  it('tell a key from the same one with Shift', () => {
    on('a', 'Shift+a');
    press('A', { shiftKey: true });
    press('a');
    expect(ran).toEqual(['Shift+a', 'a']);
  });

  it('know sequences', () => {
    on('g u', 'u');
    press('g');
    press('u');
    press('u');
    expect(ran).toEqual(['g u', 'u']);
  });

  it.each(['input', 'textarea', 'select'])('stay silent in a %s', (tag) => {
    on('j');
    const field = document.body.appendChild(document.createElement(tag));
    expect(press('j', {}, field).defaultPrevented).toBe(false);
    expect(ran).toEqual([]);
  });

  it('stay silent in a dialog and a menu', () => {
    on('j');
    for (const role of ['dialog', 'menu']) {
      const box = document.body.appendChild(document.createElement('div'));
      box.setAttribute('role', role);
      press('j', {}, box.appendChild(document.createElement('button')));
    }
    expect(ran).toEqual([]);
  });

  it('work in fields when they carry Ctrl or Command', () => {
    on('Mod+k');
    const field = document.body.appendChild(document.createElement('input'));
    press('k', { ctrlKey: true }, field);
    press('k', { metaKey: true }, field);
    expect(ran).toEqual(['Mod+k', 'Mod+k']);
  });

  it('leave the browser its own keys', () => {
    on('r');
    expect(press('r', { ctrlKey: true }).defaultPrevented).toBe(false);
    expect(ran).toEqual([]);
  });

  it('can be switched off on this device, for all single keys', () => {
    on('j', 'Mod+k');
    shortcuts.enable(false);
    press('j');
    press('k', { ctrlKey: true });
    expect(ran).toEqual(['Mod+k']);
    expect(localStorage.getItem('liftdesk.single-keys')).toBe('off');
  });

  it('give way to the last one registered, and come back when it goes', () => {
    shortcuts.register('Page', [{ keys: 'j', label: 'first', run: () => ran.push('first') }]);
    const end = shortcuts.register('Part', [{ keys: 'j', label: 'last', run: () => ran.push('last') }]);
    press('j');
    end();
    press('j');
    expect(ran).toEqual(['last', 'first']);
  });

  it('pass a key on when its moment has not come', () => {
    shortcuts.register('Page', [
      { keys: 'z', label: 'Undo', run: () => ran.push('undo'), when: () => false },
    ]);
    expect(press('z').defaultPrevented).toBe(false);
  });
});
