import { convertToParamMap } from '@angular/router';
import {
  ALL_OPEN,
  NO_FILTERS,
  type TicketFilters,
  countFilters,
  readFilters,
  sameFilters,
  writeFilters,
} from './ticket-filters';
import { VIEWS, viewOf } from './views';

const read = (params: Record<string, string | string[]>) => readFilters(convertToParamMap(params));

describe('the filters in the address', () => {
  const cases: Partial<TicketFilters>[] = [
    {},
    { status: ['new', 'open'], assignee: ['me'], priority: ['high'], tag: ['x', '-spam'] },
    { q: 'tag:recall "exact words"', sort: 'relevance' },
    { sort: '-createdAt' },
    { requester: ['01939c6e-0000-7000-8000-000000000001'] },
    ...VIEWS.map((view) => view.filters),
  ];

  it.each(cases)('come back from the address they wrote: %j', (change) => {
    const filters = { ...NO_FILTERS, ...change };
    expect(read(writeFilters(filters))).toEqual(filters);
  });

  it('are the API’s own names', () => {
    const filters: TicketFilters = {
      ...NO_FILTERS,
      status: ['new', 'open'],
      tag: ['x'],
      q: 'a b',
      sort: '-updatedAt',
    };
    expect(writeFilters(filters)).toEqual({ status: 'new,open', tag: 'x', q: 'a b', sort: '-updatedAt' });
  });

  it('show all open tickets when the address says nothing', () => {
    expect(read({})).toEqual(ALL_OPEN);
  });

  it('can say that there are none', () => {
    expect(writeFilters(NO_FILTERS)).toEqual({ status: 'any' });
    expect(read({ status: 'any' })).toEqual(NO_FILTERS);
  });

  it('leave out what they do not know', () => {
    expect(read({ status: 'open,lost', priority: 'huge', sort: 'mood' })).toEqual({
      ...NO_FILTERS,
      status: ['open'],
    });
  });

  it('are the same in any order', () => {
    const one = read({ status: 'open,new' });
    expect(sameFilters(one, read({ status: ['new', 'open'] }))).toBe(true);
  });

  it('name their view, whatever the order', () => {
    expect(viewOf(read({ status: 'new,open', sort: 'createdAt' }))?.name).toBe('All open');
    expect(viewOf(read({ status: 'new,open', tag: 'x' }))).toBeNull();
  });

  it('count the search as one', () => {
    expect(countFilters(read({ status: 'open', q: 'x y' }))).toBe(2);
  });
});
