import type { FileStorage } from '@liftdesk/storage';

/** `database_backup_20261126_040000`, by the instant in UTC; the next second that is free where there is one already. */
export async function freeName(place: FileStorage, at: Date): Promise<string> {
  for (let second = at.getTime(); ; second += 1000) {
    const name = nameOf(new Date(second));
    let isFree = true;
    for await (const _ of place.list(`${name}.`)) isFree = false;
    if (isFree) return name;
  }
}

const nameOf = (at: Date): string => `database_backup_${stampOf(at)}`;

/** `20261126_040000`, in UTC. */
export const stampOf = (at: Date): string =>
  at.toISOString().slice(0, 19).replace('T', '_').replaceAll(/[-:]/g, '');
