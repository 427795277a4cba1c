/** The auth feature's slice of the configuration. A class, so that it is its own injection token. */
export class AuthConfig {
  constructor(
    readonly accessTtlMs: number,
    readonly refreshTtlMs: number,
    readonly passwordResetTtlMs: number,
    /** Cookies over https only. */
    readonly secureCookies: boolean,
    /** Where links in letters lead, without a slash at the end. */
    readonly publicUrl: string,
    /** Demo accounts are offered, and reset links are logged. */
    readonly development: boolean,
    /** Customers may make themselves an account. */
    readonly registrationOpen: boolean,
  ) {}
}
