import { SetMetadata } from '@nestjs/common';
import type { Role } from '../users/user.entity';

export const PUBLIC_ROUTE = 'liftdesk:public';
export const ROUTE_ROLES = 'liftdesk:roles';

export const BY_REFRESH_COOKIE = 'liftdesk:by-refresh-cookie';

/** Needs no sign-in. Every other route does. */
export const Public = () => SetMetadata(PUBLIC_ROUTE, true);

/** Where no access token says who calls, the refresh cookie does: so the request is counted as its user's. */
export const IdentifiedByCookie = () => SetMetadata(BY_REFRESH_COOKIE, true);

/** Only for these roles; others get 403. */
export const Roles = (...roles: Role[]) => SetMetadata(ROUTE_ROLES, roles);

/** Only for those who work at the desk. */
export const StaffOnly = () => Roles('agent', 'admin');
