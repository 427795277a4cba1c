import { type Resource, type Signal, linkedSignal } from '@angular/core';

/** What a resource loaded last in answer to the same question: a reload that fails takes nothing away. */
export function lastValue<T>(
  resource: Resource<T | undefined>,
  question: () => unknown,
): Signal<T | undefined> {
  return linkedSignal<{ question: unknown; value: T | undefined }, T | undefined>({
    source: () => ({
      question: question(),
      value: resource.hasValue() ? resource.value() : undefined,
    }),
    computation: (now, before) =>
      now.value ?? (before?.source.question === now.question ? before?.value : undefined),
  }).asReadonly();
}
