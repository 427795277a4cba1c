import { inject } from '@angular/core';
import { type CanActivateFn, type CanMatchFn, Router, type UrlTree } from '@angular/router';
import type { Role } from '@liftdesk/api-client';
import { CLIENT_CONFIG } from '../shared/config/client-config';
import { safeReturnUrl } from './return-url';
import { Session } from './session';

/** Lets these roles in. Others go to sign-in and come back, or to the same ticket on their own side. */
export function forRoles(...roles: Role[]): CanMatchFn {
  return async (_route, segments) => {
    const session = inject(Session);
    const router = inject(Router);
    await session.start();
    const role = session.user()?.role;
    if (role && roles.includes(role)) return true;
    if (role)
      return router.parseUrl(
        otherSide(
          segments.map((segment) => segment.path),
          session.home(),
        ),
      );
    const returnUrl = router.currentNavigation()?.extractedUrl.toString() ?? '/';
    return toSignIn(router, returnUrl);
  };
}

/** Lets these roles match the route and leaves it to the next one for the others. */
export function onlyFor(...roles: Role[]): CanMatchFn {
  return async () => {
    const session = inject(Session);
    await session.start();
    const role = session.user()?.role;
    return role !== undefined && roles.includes(role);
  };
}

/** `/` and unknown addresses: to where the user begins. */
export const toHome: CanActivateFn = async () => {
  const session = inject(Session);
  const router = inject(Router);
  await session.start();
  return session.user() ? router.parseUrl(session.home()) : toSignIn(router, '/');
};

/** Sign-in and registration are for those who are not signed in. */
export const guestsOnly: CanActivateFn = async (route) => {
  const session = inject(Session);
  const router = inject(Router);
  await session.start();
  if (!session.user()) return true;
  return router.parseUrl(safeReturnUrl(route.queryParamMap.get('returnUrl')));
};

/** Where the people who run the desk make the accounts, the form would only be refused. */
export const registrationOpen: CanActivateFn = () =>
  inject(CLIENT_CONFIG).features.registration || toSignIn(inject(Router), '/');

function toSignIn(router: Router, returnUrl: string): UrlTree {
  const queryParams = returnUrl === '/' ? {} : { returnUrl };
  return router.createUrlTree(['/sign-in'], { queryParams });
}

/** A link to a ticket works for the customer and the team, whoever copied it. */
function otherSide(path: string[], home: string): string {
  const ticket = path[0] === 'my' ? path[2] : path[1];
  return ticket && /^[\w-]+$/.test(ticket) && ticket !== 'new' ? `${home}/${ticket}` : home;
}
