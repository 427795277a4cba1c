/** Red, green and blue, 0 to 255. */
export type Colour = readonly [number, number, number];

/** The colour at a point of the picture, both coordinates from 0 to 1. */
export type Drawing = (x: number, y: number) => Colour;

/** What the demo's pictures show. `display` has a text of digits, `E` and `-`. */
export type Scene = { kind: 'display'; text: string } | { kind: 'battery' } | { kind: 'bike'; frame: Colour };

const LAWN: Colour = [122, 138, 120];
const WALL: Colour = [201, 214, 220];
const DARK: Colour = [24, 30, 33];
const GLOW: Colour = [255, 92, 56];

/** Segments of each character: top, upper right, lower right, bottom, lower left, upper left, middle. */
const SEGMENTS: Readonly<Record<string, string>> = {
  '0': '1111110',
  '1': '0110000',
  '2': '1101101',
  '3': '1111001',
  '4': '0110011',
  '5': '1011011',
  '6': '1011111',
  '7': '1110000',
  '8': '1111111',
  '9': '1111011',
  E: '1001111',
  '-': '0000001',
};

export function drawing(scene: Scene): Drawing {
  switch (scene.kind) {
    case 'display':
      return (x, y) => display(scene.text, x, y);
    case 'battery':
      return battery;
    case 'bike':
      return (x, y) => bike(scene.frame, x, y);
  }
}

function display(text: string, x: number, y: number): Colour {
  const inside = box(x, y, 0.15, 0.2, 0.85, 0.8);
  if (!inside) return shade(LAWN, y);
  const place = (x - 0.22) / 0.14;
  const character = text[Math.floor(place)] ?? '';
  if (place >= 0 && y > 0.35 && y < 0.65 && lit(character, place % 1, (y - 0.35) / 0.3)) return GLOW;
  return shade(DARK, y);
}

function lit(character: string, x: number, y: number): boolean {
  const segments = SEGMENTS[character];
  if (segments === undefined || x > 0.8) return false;
  const left = x < 0.2;
  const right = x > 0.6;
  const on = [y < 0.15, right && y < 0.5, right && y >= 0.5, y > 0.85, left && y >= 0.5, left && y < 0.5];
  on.push(y > 0.43 && y < 0.57);
  return on.some((part, index) => part && segments[index] === '1');
}

function battery(x: number, y: number): Colour {
  if (box(x, y, 0.2, 0.4, 0.8, 0.68)) {
    if (box(x, y, 0.55, 0.48, 0.72, 0.58)) return [236, 228, 210];
    if (disc(x, y, 0.29, 0.53, 0.02) || disc(x, y, 0.36, 0.53, 0.02)) return GLOW;
    return shade(DARK, y);
  }
  return shade([186, 164, 136], y);
}

function bike(frame: Colour, x: number, y: number): Colour {
  if (ring(x, y, 0.25, 0.68, 0.09) || ring(x, y, 0.76, 0.66, 0.13)) return DARK;
  if (box(x, y, 0.2, 0.35, 0.5, 0.56)) return shade(frame, y);
  if (line(x, y, 0.48, 0.56, 0.62, 0.62) || line(x, y, 0.62, 0.62, 0.7, 0.34)) return frame;
  if (line(x, y, 0.7, 0.34, 0.76, 0.66) || line(x, y, 0.66, 0.34, 0.76, 0.34)) return DARK;
  return shade(y > 0.78 ? LAWN : WALL, y);
}

const box = (x: number, y: number, x1: number, y1: number, x2: number, y2: number): boolean =>
  x >= x1 && x <= x2 && y >= y1 && y <= y2;

/** Pictures are three units wide and two high. */
const distance = (x: number, y: number, cx: number, cy: number): number => Math.hypot(x - cx, (y - cy) / 1.5);
const disc = (x: number, y: number, cx: number, cy: number, radius: number): boolean =>
  distance(x, y, cx, cy) < radius;
const ring = (x: number, y: number, cx: number, cy: number, radius: number): boolean =>
  Math.abs(distance(x, y, cx, cy) - radius) < 0.012;

function line(x: number, y: number, x1: number, y1: number, x2: number, y2: number): boolean {
  const length = Math.hypot(x2 - x1, y2 - y1);
  const along = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length;
  const off = Math.abs((x - x1) * (y2 - y1) - (y - y1) * (x2 - x1)) / length;
  return along >= 0 && along <= length && off < 0.014;
}

/** Darker towards the bottom, as by a lamp above. */
function shade(colour: Colour, y: number): Colour {
  const light = 1.08 - 0.25 * y;
  return [
    Math.min(255, colour[0] * light),
    Math.min(255, colour[1] * light),
    Math.min(255, colour[2] * light),
  ];
}
