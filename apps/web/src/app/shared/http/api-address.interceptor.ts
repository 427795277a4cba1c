import type { HttpInterceptorFn } from '@angular/common/http';
import { inject } from '@angular/core';
import { ApiAddress, isApiPath } from './api-address';

/** Sends the calls of the contract to where the API is. It stands last: the others know the contract's paths. */
export const apiAddressInterceptor: HttpInterceptorFn = (request, next) => {
  if (!isApiPath(request.url)) return next(request);
  const api = inject(ApiAddress);
  return next(request.clone({ url: api.of(request.url), withCredentials: api.isElsewhere }));
};
