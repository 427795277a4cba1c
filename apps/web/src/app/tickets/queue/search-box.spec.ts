import { type Page, render } from '../../testing/page';
import { SearchBox } from './search-box';

describe('the search box', () => {
  let page: Page<SearchBox>;
  let searched: string[];

  beforeEach(() => {
    jest.useFakeTimers();
    searched = [];
    page = render(SearchBox, { query: '' });
    page.component.searched.subscribe((text) => searched.push(text));
  });

  afterEach(() => jest.useRealTimers());

  const field = () => page.host.querySelector('input') as HTMLInputElement;
  const type = (text: string) => {
    field().value = text;
    field().dispatchEvent(new Event('input', { bubbles: true }));
  };

  it('keeps the blank at the end while the address has the words without it', async () => {
    type('battery ');
    jest.runAllTimers();
    expect(searched).toEqual(['battery']);
    page.set({ query: 'battery' });
    await page.turn();
    expect(field().value).toBe('battery ');
  });

  it('loses no letter that is typed while the list of the words before comes', async () => {
    type('battery');
    jest.runAllTimers();
    type('battery d');
    page.set({ query: 'battery' });
    await page.turn();
    expect(field().value).toBe('battery d');
    jest.runAllTimers();
    expect(searched).toEqual(['battery', 'battery d']);
  });

  it('shows the words of another address', async () => {
    type('battery');
    jest.runAllTimers();
    page.set({ query: 'battery' });
    page.set({ query: 'recall' });
    await page.turn();
    expect(field().value).toBe('recall');
  });
});
