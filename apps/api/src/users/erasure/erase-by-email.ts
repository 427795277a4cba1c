import type { DataSource } from 'typeorm';
import { UnsettledObjects } from '../../attachments/unsettled-objects';
import { openAttachments } from '../../backup/attachment-store';
import { SystemClock } from '../../common/clock';
import { StartupError } from '../../common/startup-error';
import type { Config } from '../../config/config';
import { normaliseEmail } from '../email';
import { User } from '../user.entity';
import { type Erased, type Erasure, eraseUser } from './erase-user';

/**
 * As eraseUser(), for commands: by address, with the store that the configuration names. Objects that are gone from the
 * database and could not be removed from the store, the server's sweeper removes.
 * @throws StorageUnavailableError where the store cannot be opened, and nothing is erased; StartupError where nobody has
 *   this address; whatever eraseUser() throws
 */
export async function eraseByEmail(
  dataSource: DataSource,
  config: Config,
  email: string,
  options: Pick<Erasure, 'signal' | 'onMarked'> = {},
): Promise<Erased> {
  const { id } = await userByEmail(dataSource, email);
  const clock = new SystemClock();
  const unsettled = new UnsettledObjects(dataSource, await openAttachments(config.storage), clock);
  return eraseUser(dataSource, unsettled, { ...options, userId: id, now: clock.now() });
}

/** @throws StartupError where nobody has this address */
export async function userByEmail(dataSource: DataSource, email: string): Promise<User> {
  const user = await dataSource.manager.findOneBy(User, { emailNorm: normaliseEmail(email) });
  if (!user) throw new StartupError(`There is no user with the address ${email}`);
  return user;
}
