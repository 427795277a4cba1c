/** `Katrin` for `Katrin Hofmann`: how the portal speaks of people. */
export function firstName(name: string): string {
  return name.trim().split(/\s+/u)[0] ?? name;
}
