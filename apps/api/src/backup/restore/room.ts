import { RefusedError } from '../../common/operator-errors';
import { freeBytes } from '../../files-move/free-bytes';
import { bytesOf } from '../../files-move/words';

/** For what SQLite writes beside a file, and for the rest of the machine. */
const TO_SPARE = 16 * 1024 * 1024;

/** @throws RefusedError where so many bytes would not fit into the folder */
export async function assertRoom(folder: string, bytes: number, forWhat: string): Promise<void> {
  const [needed, free] = [bytes + TO_SPARE, await freeBytes(folder)];
  if (free < needed)
    throw new RefusedError(
      `${folder} has ${bytesOf(free)} free, and ${forWhat} needs ${bytesOf(needed)}: make room there. The desk is as it was`,
    );
}
