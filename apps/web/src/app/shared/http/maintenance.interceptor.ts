import { type HttpInterceptorFn, HttpResponse } from '@angular/common/http';
import { inject, untracked } from '@angular/core';
import { tap } from 'rxjs';
import { toProblem } from './problem';
import { Maintenance } from './maintenance';

/** Where an answer does not say more. */
const SOME_MAINTENANCE = { since: '', until: null, message: null };

/** A refused write tells of a maintenance that nobody knew of yet, and one that works may be the first after it. */
export const maintenanceInterceptor: HttpInterceptorFn = (request, next) => {
  const maintenance = inject(Maintenance);
  return next(request).pipe(
    tap({
      next: (event) => {
        const hasWritten = event instanceof HttpResponse && request.method !== 'GET';
        if (hasWritten && untracked(maintenance.isOn)) void maintenance.look();
      },
      error: (error: unknown) => {
        const { code, body } = toProblem(error);
        if (code === 'maintenance')
          maintenance.learn({ ...SOME_MAINTENANCE, ...(body['maintenance'] as object | undefined) });
      },
    }),
  );
};
