import type { Problem } from '../shared/http/problem';

/** Words in place of the problem's own, where it says them of writing in general; empty else. */
export function signInRefusal(problem: Problem | null): string {
  return problem?.code === 'maintenance'
    ? 'Signing in waits until it is over. What you typed is kept: sign in again then.'
    : '';
}
