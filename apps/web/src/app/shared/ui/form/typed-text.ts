import { type WritableSignal, linkedSignal } from '@angular/core';

/**
 * The text of a search field whose words live trimmed in the address. What is typed stays as it is, with the blank
 * before the next word; an address that says something else, such as on Back, takes its place.
 */
export function typedText(query: () => string, isTyping: () => boolean): WritableSignal<string> {
  return linkedSignal<string, string>({
    source: query,
    computation: (now, before) =>
      before && (isTyping() || before.value.trim() === now.trim()) ? before.value : now,
  });
}
