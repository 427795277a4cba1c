import { TestBed } from '@angular/core/testing';
import { Router } from '@angular/router';
import { picker, press } from '../../testing/agent-side';
import { provideAnyRoute } from '../../testing/page';
import { Pickers } from './pickers';
import { STATUS_OPTIONS, asTag } from './ticket-options';

const TAGS = ['battery', 'brakes', 'fork'].map((tag) => ({ value: tag, label: tag }));

describe('a picker', () => {
  let pickers: Pickers;
  const turn = async () => {
    await Promise.resolve();
    TestBed.tick();
    await TestBed.inject(Pickers);
  };
  const options = () =>
    [...(picker()?.querySelectorAll('[role=option]') ?? [])].map((one) => one.textContent?.trim());
  const type = async (text: string) => {
    const field = picker()?.querySelector('input') as HTMLInputElement;
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await turn();
  };

  beforeEach(() => {
    TestBed.configureTestingModule({ providers: [provideAnyRoute()] });
    pickers = TestBed.inject(Pickers);
  });
  afterEach(() => document.querySelector('.cdk-overlay-container')?.replaceChildren());

  it('chooses with the arrows and Enter', async () => {
    const chosen = pickers.one(document.body, {
      label: 'Status',
      options: STATUS_OPTIONS,
      selected: ['open'],
    });
    await turn();
    press('ArrowDown');
    press('Enter');
    expect(await chosen).toBe('pending');
    expect(picker()).toBeNull();
  });

  it('chooses with a digit', async () => {
    const chosen = pickers.one(document.body, { label: 'Status', options: STATUS_OPTIONS, selected: [] });
    await turn();
    press('4');
    expect(await chosen).toBe('solved');
  });

  it('leaves everything as it was on Escape', async () => {
    const chosen = pickers.many(document.body, { label: 'Tags', options: TAGS, selected: ['fork'] });
    await turn();
    press('Enter');
    press('Escape');
    expect(await chosen).toBeNull();
  });

  it('goes with the page it belongs to', async () => {
    const chosen = pickers.many(document.body, { label: 'Tags', options: TAGS, selected: ['fork'] });
    await turn();
    await TestBed.inject(Router).navigateByUrl('/elsewhere');
    expect(await chosen).toBeNull();
    expect(picker()).toBeNull();
  });

  it('narrows by what is typed, ticks several, and takes them on closing', async () => {
    const chosen = pickers.many(document.body, {
      label: 'Tags',
      options: TAGS,
      selected: ['fork'],
      searchable: true,
    });
    await turn();
    await type('bra');
    expect(options()).toEqual(['brakes']);
    press('Enter');
    await turn();
    press('Enter', { ctrlKey: true });
    expect(await chosen).toEqual(['fork', 'brakes']);
  });

  it('offers a new one where that is allowed', async () => {
    const create = (text: string) => ({ value: text, label: `Add “${text}”` });
    const chosen = pickers.many(document.body, {
      label: 'Tags',
      options: TAGS,
      selected: [],
      searchable: true,
      create,
    });
    await turn();
    await type('Loan');
    expect(options()).toEqual(['Add “Loan”']);
    press('Enter');
    await turn();
    press('Enter', { ctrlKey: true });
    expect(await chosen).toEqual(['Loan']);
  });
});

describe('a tag', () => {
  it('is stored small, and is refused where the API would', () => {
    expect(asTag(' Firmware-3.2 ')).toBe('firmware-3.2');
    expect(asTag('two words')).toBeNull();
    expect(asTag('-spam')).toBeNull();
  });
});
