import { SetMetadata } from '@nestjs/common';
import type { Role } from '../users/user.entity';

export const PUBLIC_ROUTE = 'liftdesk:public';
export const ROUTE_ROLES = 'liftdesk:roles';

/** Needs no sign-in. Every other route does. */
export const Public = () => SetMetadata(PUBLIC_ROUTE, true);

/** Only for these roles; others get 403. */
export const Roles = (...roles: Role[]) => SetMetadata(ROUTE_ROLES, roles);

/** Only for those who work at the desk. */
export const StaffOnly = () => Roles('agent', 'admin');
