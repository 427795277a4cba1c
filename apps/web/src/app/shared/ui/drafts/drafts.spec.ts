import { Drafts } from './drafts';

describe('Drafts', () => {
  beforeEach(() => localStorage.clear());

  it('survive a reload', () => {
    new Drafts().write('answer.katrin.1', { body: 'Sand, please' });
    expect(new Drafts().read('answer.katrin.1')).toEqual({ body: 'Sand, please' });
  });

  it('are apart by their keys', () => {
    new Drafts().write('answer.katrin.1', { body: 'Sand' });
    expect(new Drafts().read('answer.luc.1')).toBeNull();
  });

  it('go when they are removed', () => {
    const drafts = new Drafts();
    drafts.write('k', 1);
    drafts.remove('k');
    expect(drafts.read('k')).toBeNull();
  });

  it('are forgotten after a month, and when they are damaged', () => {
    const old = Date.now() - 31 * 24 * 3_600_000;
    localStorage.setItem('liftdesk.draft.old', JSON.stringify({ savedAt: old, value: 'x' }));
    localStorage.setItem('liftdesk.draft.cut', '{"savedAt":1');
    expect(new Drafts().read('old')).toBeNull();
    expect(new Drafts().read('cut')).toBeNull();
    expect(localStorage).toHaveLength(0);
  });

  it('last as long as the page where the device has no room, and it is told', () => {
    const full = jest.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
      throw new DOMException('full', 'QuotaExceededError');
    });
    const drafts = new Drafts();
    expect(drafts.write('k', 'x')).toBe(false);
    expect(drafts.read('k')).toBe('x');
    full.mockRestore();
    expect(drafts.write('k', 'y')).toBe(true);
    expect(new Drafts().read('k')).toBe('y');
  });
});
