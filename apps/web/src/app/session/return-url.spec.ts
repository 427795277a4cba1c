import { safeReturnUrl } from './return-url';

describe('safeReturnUrl', () => {
  it.each(['/my/tickets/12', '/tickets?status=open&tag=-spam#last', '/'])('keeps %s', (path) => {
    expect(safeReturnUrl(path)).toBe(path);
  });

  it.each([
    'https://evil.example/',
    '//evil.example/x',
    '/\\evil.example',
    '/\t/evil.example',
    '/..//evil.example',
    'javascript:alert(1)',
    'data:text/html,x',
    '',
    null,
    undefined,
  ])('sends %j home', (value) => {
    expect(safeReturnUrl(value)).toBe('/');
  });

  it.each(['/sign-in', '/sign-in?returnUrl=/tickets', '/register', '/reset-password?token=x'])(
    'does not come back to %s',
    (path) => {
      expect(safeReturnUrl(path)).toBe('/');
    },
  );
});
