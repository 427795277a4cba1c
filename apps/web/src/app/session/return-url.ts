const SESSION_PAGES = /^\/(sign-in|register|forgot-password|reset-password|setup)(?:[/?#]|$)/;

/** A path of our own to go to after sign-in; anything else (other sites, scripts, the sign-in page) becomes `/`. */
export function safeReturnUrl(value: string | null | undefined): string {
  if (
    !value ||
    !/^\/(?!\/)/.test(value) ||
    /[\\\p{Cc}]/u.test(value) ||
    !URL.canParse(value, location.origin)
  ) {
    return '/';
  }
  const url = new URL(value, location.origin);
  const path = url.pathname + url.search + url.hash;
  return url.origin !== location.origin || path.startsWith('//') || SESSION_PAGES.test(path) ? '/' : path;
}
