import { DialogRef } from '@angular/cdk/dialog';
import { TestBed } from '@angular/core/testing';
import { render } from '../../../testing/page';
import { AllKeys } from './all-keys';
import { Shortcuts } from './shortcuts';

describe('the list of all keys', () => {
  it('names each deed once, with all its keys', () => {
    TestBed.configureTestingModule({ providers: [{ provide: DialogRef, useValue: {} }] });
    const run = () => undefined;
    const shortcuts = TestBed.inject(Shortcuts);
    shortcuts.register('Queue', [
      { keys: 'j', label: 'Next ticket', run },
      { keys: 'ArrowDown', label: 'Next ticket', run },
    ]);
    shortcuts.register('Anywhere', [{ keys: '/', label: 'Search', run }]);
    shortcuts.register('Anywhere', [{ keys: '/', label: 'Search', run }]);
    const page = render(AllKeys);
    const deeds = [...page.host.querySelectorAll('dl > div')].map((deed) => [
      deed.querySelector('dt')?.textContent,
      ...[...deed.querySelectorAll('.sr-only')].map((keys) => keys.textContent),
    ]);
    expect(deeds).toEqual([
      ['Next ticket', 'j', 'ArrowDown'],
      ['Search', '/'],
    ]);
  });
});
