import { TestBed } from '@angular/core/testing';
import { Server, provideAgentSide } from '../../testing/agent-side';
import { aMessage, aTicket } from '../../testing/api-objects';
import { type Page, render } from '../../testing/page';
import { TicketView } from './ticket-view';

describe('the end of the conversation', () => {
  const observed: (() => void)[] = [];
  let page: Page<TicketView>;
  let scroller: HTMLElement;

  beforeEach(async () => {
    globalThis.ResizeObserver = class {
      constructor(measured: ResizeObserverCallback) {
        observed.push(() => measured([], this));
      }
      observe() {}
      unobserve() {}
      disconnect() {}
    };
    TestBed.configureTestingModule({ providers: provideAgentSide() });
    const server = new Server();
    server.ticket(aTicket(), [aMessage()]);
    page = render(TicketView, { ref: '4812' });
    document.body.append(page.host);
    await server.work(page);
    scroller = page.host.querySelector('.scroller') as HTMLElement;
    Object.defineProperty(scroller, 'clientHeight', { value: 200 });
    grow(700);
    scrollTo(500);
  });
  afterEach(() => {
    observed.length = 0;
    page.host.remove();
  });

  const grow = (height: number) =>
    Object.defineProperty(scroller, 'scrollHeight', { value: height, configurable: true });
  const scrollTo = (top: number) => {
    scroller.scrollTop = top;
    scroller.dispatchEvent(new Event('scroll'));
  };
  const layOut = () => observed.forEach((measured) => measured());

  it('stays in sight when something grows there, also when the browser tells late where it was', () => {
    grow(900);
    scroller.dispatchEvent(new Event('scroll'));
    layOut();
    expect(scroller.scrollTop).toBe(900);
  });

  it('is nobody’s who reads further up', () => {
    scrollTo(100);
    grow(900);
    layOut();
    expect(scroller.scrollTop).toBe(100);
    scrollTo(650);
    layOut();
    expect(scroller.scrollTop).toBe(900);
  });
});
