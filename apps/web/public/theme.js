// Runs before the first paint, so that a chosen theme never flashes the other one. See shared/ui/theme/theme.ts.
try {
  const theme = localStorage.getItem('liftdesk.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.className = theme;
} catch {
  // Storage is blocked: the system's theme it is.
}
