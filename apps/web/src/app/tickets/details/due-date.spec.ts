import { TestBed } from '@angular/core/testing';
import { Clock } from '../../shared/time/clock';
import { clockAt, render } from '../../testing/page';
import { DueDate } from './due-date';

describe('the due date', () => {
  const due = new Date(2026, 10, 25, 17);

  it('is said in the product’s words, and set by the device’s calendar', () => {
    const noon = new Date(2026, 10, 25, 12).getTime();
    TestBed.configureTestingModule({ providers: [{ provide: Clock, useValue: clockAt(noon) }] });
    const page = render(DueDate, { at: due.toISOString() });
    const chosen: (string | null)[] = [];
    page.component.chosen.subscribe((at) => chosen.push(at));
    const field = page.host.querySelector('input') as HTMLInputElement;
    field.showPicker = jest.fn();

    page.button(/^Due date, change: ?Today 17:00$/).click();
    expect(field.showPicker).toHaveBeenCalledTimes(1);
    expect(field.value).toBe('2026-11-25');
    field.value = '2026-11-27';
    field.dispatchEvent(new Event('change'));
    page.button('Remove the due date').click();
    expect(chosen).toEqual([new Date(2026, 10, 27, 17).toISOString(), null]);
  });

  it('can be typed where no calendar opens', () => {
    const page = render(DueDate, { at: null });
    document.body.append(page.host);
    page.button(/^Due date, change: ?Not set$/).click();
    expect(document.activeElement).toBe(page.host.querySelector('input'));
  });
});
