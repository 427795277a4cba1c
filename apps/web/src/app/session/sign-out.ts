import { toProblem } from '../shared/http/problem';
import type { Toaster } from '../shared/ui/toast/toaster';
import type { Session } from './session';

/** Signs out, and says so where that did not work. */
export async function signOut(session: Session, toaster: Toaster): Promise<void> {
  try {
    await session.signOut();
  } catch (error) {
    const retry = { label: 'Try again', run: () => signOut(session, toaster) };
    toaster.fail(`Still signed in. ${toProblem(error).title}`, retry);
  }
}
