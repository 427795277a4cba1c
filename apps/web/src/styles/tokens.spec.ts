import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Theme = 'light' | 'dark';

const SOURCE = readFileSync(join(__dirname, 'tokens.css'), 'utf8');
const TOKENS = new Map(
  [...SOURCE.matchAll(/--desk-([\w-]+):\s*light-dark\((#\w{6}), (#\w{6})\)/g)].map(
    ([, name, light, dark]) => [name, { light, dark }],
  ),
);

/** Ink, ground, least ratio: the table of the design, with AA as the floor. */
const TEXT: [string, string][] = [
  ...[
    'text',
    'text-2',
    'text-3',
    'accent',
    'danger',
    'high',
    'new',
    'open',
    'pending',
    'solved',
    'closed',
  ].flatMap((ink): [string, string][] =>
    ['surface', 'canvas', 'sunken', 'hover', 'raised'].map((ground) => [ink, ground]),
  ),
  ...['text', 'text-2', 'text-3', 'new', 'open', 'pending', 'solved', 'closed', 'danger', 'high'].map(
    (ink): [string, string] => [ink, 'selected'],
  ),
  ...['new', 'open', 'pending', 'solved', 'closed', 'danger', 'high', 'warn', 'ok'].map(
    (ink): [string, string] => [ink, `${ink}-soft`],
  ),
  ['text', 'rail'],
  ['text-2', 'rail'],
  ['text-3', 'rail'],
  ['text-2', 'rail-hover'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
  ['on-accent-soft', 'accent-soft'],
  ['text-3', 'accent-soft'],
  ['accent', 'accent-soft'],
  ['text', 'reply'],
  ['text-2', 'reply'],
  ['text-3', 'reply'],
  ['text', 'note'],
  ['text-3', 'note'],
  ['note-text', 'note'],
  ['note-text', 'note-soft'],
  ['on-note-button', 'note-button'],
  ['text-2', 'danger-soft'],
  ['text-2', 'warn-soft'],
  ['text-2', 'ok-soft'],
  ['on-inverse', 'inverse'],
  ['inverse-action', 'inverse'],
  ...[1, 2, 3, 4, 5, 6].map((hue): [string, string] => [`av${hue}-ink`, `av${hue}`]),
  ...[1, 2, 3, 4].map((series): [string, string] => [`c${series}`, 'surface']),
];

const EDGES: [string, string][] = [
  ['line-control', 'surface'],
  ['line-control', 'canvas'],
  ['note-line', 'note'],
  ['focus', 'surface'],
  ['focus', 'canvas'],
  ['focus', 'note'],
  ['focus', 'selected'],
  ['danger', 'surface'],
];

describe('the colour tokens', () => {
  it('are all read from the token file', () => {
    expect(TOKENS.size).toBeGreaterThanOrEqual(75);
  });

  describe.each<Theme>(['light', 'dark'])('in the %s theme', (theme) => {
    it.each(TEXT)('%s is readable on %s (4.5 to 1)', (ink, ground) => {
      expect(contrast(colour(ink, theme), colour(ground, theme))).toBeGreaterThanOrEqual(4.5);
    });

    it.each(EDGES)('%s can be seen on %s (3 to 1)', (edge, ground) => {
      expect(contrast(colour(edge, theme), colour(ground, theme))).toBeGreaterThanOrEqual(3);
    });
  });

  it('are the only place with a colour value', () => {
    const other = ['base', 'controls', 'theme', 'portal'].map((name) =>
      readFileSync(join(__dirname, `${name}.scss`), 'utf8'),
    );
    expect(
      other
        .join('')
        .match(/#[0-9a-f]{3,8}\b/gi)
        ?.filter((hex) => !hex.startsWith('#{')),
    ).toBeUndefined();
  });
});

function colour(name: string, theme: Theme): string {
  const value = TOKENS.get(name)?.[theme];
  if (!value) throw new Error(`No token --desk-${name}`);
  return value;
}

/** WCAG 2.2 contrast ratio of two #rrggbb colours. */
function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const channel = parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
