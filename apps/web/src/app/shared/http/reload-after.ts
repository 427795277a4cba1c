import { type Resource, effect, untracked } from '@angular/core';

/**
 * Reads a resource anew. Asked while it is being read, it does so once more after that: what is on its way may be
 * older than what has happened. Make it in an injection context.
 */
export function reloadAfter(resource: Resource<unknown> & { reload(): boolean }): () => void {
  let again = false;
  effect(() => {
    if (resource.isLoading() || !again) return;
    again = false;
    untracked(() => resource.reload());
  });
  return () => {
    if (!resource.reload()) again = untracked(resource.isLoading);
  };
}
