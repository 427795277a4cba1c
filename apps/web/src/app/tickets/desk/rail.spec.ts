import { HttpErrorResponse } from '@angular/common/http';
import { TestBed } from '@angular/core/testing';
import { Session } from '../../session/session';
import { Toaster } from '../../shared/ui/toast/toaster';
import { Server, provideAgentSide } from '../../testing/agent-side';
import { render } from '../../testing/page';
import { Palettes } from '../palette/palettes';
import { Rail } from './rail';

describe('the rail', () => {
  it('says that somebody is still signed in when signing out failed, and tries again', async () => {
    TestBed.configureTestingModule({ providers: [...provideAgentSide(), Palettes] });
    const server = new Server();
    const tries = jest
      .spyOn(TestBed.inject(Session), 'signOut')
      .mockRejectedValue(new HttpErrorResponse({ status: 0 }));
    const page = render(Rail);
    await server.work(page);
    page.button(/^Account menu/).click();
    await page.turn();
    const items = [...document.querySelectorAll<HTMLElement>('[role=menuitem]')];
    items.find((item) => item.textContent?.includes('Sign out'))?.click();
    await page.turn();
    const toast = TestBed.inject(Toaster).current();
    expect(toast).toMatchObject({
      kind: 'error',
      text: 'Still signed in. No connection to the server',
    });
    await toast?.action?.run();
    expect(tries).toHaveBeenCalledTimes(2);
  });
});
