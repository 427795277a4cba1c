import { HttpErrorResponse, type HttpInterceptorFn, type HttpRequest } from '@angular/common/http';
import { inject } from '@angular/core';
import { catchError, from, switchMap, throwError } from 'rxjs';
import { Session } from './session';

/** Calls that need no token or make one; a 401 to them is about what was typed. */
const WITHOUT_TOKEN =
  /^\/api\/(status|auth\/(login|register|refresh|setup|options|password\/(forgot|reset)))$/;
/** Signed links carry their own right and must never see the token. */
const SIGNED_FILE = /^\/api\/files\//;

/**
 * Puts the access token on calls to our own API, and after a 401 renews the session unseen and sends again. While the
 * session has ended, nothing goes out.
 */
export const authInterceptor: HttpInterceptorFn = (request, next) => {
  if (!request.url.startsWith('/api/') || WITHOUT_TOKEN.test(request.url) || SIGNED_FILE.test(request.url)) {
    return next(request);
  }
  const session = inject(Session);
  const send = () => {
    const token = session.accessToken();
    return next(withToken(request, token)).pipe(
      catchError((error: unknown) => {
        if (!(error instanceof HttpErrorResponse) || error.status !== 401) return throwError(() => error);
        return from(session.recover(token)).pipe(
          switchMap((again) =>
            again ? next(withToken(request, session.accessToken())) : throwError(() => error),
          ),
        );
      }),
    );
  };
  return session.hasEnded() ? from(session.whenBack()).pipe(switchMap(send)) : send();
};

function withToken<T>(request: HttpRequest<T>, token: string | null): HttpRequest<T> {
  return token ? request.clone({ setHeaders: { Authorization: `Bearer ${token}` } }) : request;
}
