const UNITS = ['B', 'kB', 'MB', 'GB'];
const STEP = 1024;

/**
 * `420 kB`, `1.9 MB`, `61 MB`: steps of 1024 as file managers and our limit of 10 MB count them, one digit from MB on.
 * Bytes in.
 */
export function fileSize(bytes: number): string {
  const isLast = (power: number) => power === UNITS.length - 1;
  let power = 0;
  let value = bytes;
  while (Math.round(value) >= STEP && !isLast(power)) {
    value /= STEP;
    power++;
  }
  return `${power < 2 ? Math.round(value) : Math.round(value * 10) / 10} ${UNITS[power]}`;
}
