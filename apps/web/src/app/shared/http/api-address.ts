import { Injectable, inject } from '@angular/core';
import { CLIENT_CONFIG } from '../config/client-config';

/** Where the contract has every call: code says `/api/tickets`, wherever the API of this deployment is. */
const CONTRACT = '/api';

/** Turns the paths of the contract into addresses of this deployment's API. */
@Injectable({ providedIn: 'root' })
export class ApiAddress {
  private readonly base = inject(CLIENT_CONFIG).apiBase;
  private readonly address = new URL(this.base, location.origin);

  /** The API is on another origin than the page: its cookie has to be asked for. */
  readonly isElsewhere = this.address.origin !== location.origin;

  /** `/api/tickets` as it is called here. */
  of(path: string): string {
    return this.base + path.slice(CONTRACT.length);
  }

  /** A link out of an answer: of the contract, of the API's origin, or whole, as an object store's. */
  ofLink(link: string): string {
    return isApiPath(link) ? this.of(link) : new URL(link, this.address).href;
  }
}

/** `/api` and all below it; never an address of another's. */
export function isApiPath(url: string): boolean {
  return url === CONTRACT || url.startsWith(`${CONTRACT}/`);
}
