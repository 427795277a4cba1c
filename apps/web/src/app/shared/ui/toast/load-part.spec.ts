import { TestBed } from '@angular/core/testing';
import { loadPart } from './load-part';
import { Toaster } from './toaster';

describe('code that comes when it is asked for', () => {
  it('is handed over', async () => {
    const toaster = TestBed.inject(Toaster);
    expect(await loadPart(() => Promise.resolve('the dialog'), toaster)).toBe('the dialog');
    expect(toaster.current()).toBeNull();
  });

  it('is missed aloud, with the way to the present version', async () => {
    const toaster = TestBed.inject(Toaster);
    const gone = () => Promise.reject(new TypeError('Failed to fetch dynamically imported module'));
    expect(await loadPart(gone, toaster)).toBeNull();
    expect(toaster.current()).toMatchObject({ kind: 'error', action: { label: 'Reload the page' } });
  });
});
