import { DestroyRef, Directive, ElementRef, inject, output } from '@angular/core';

/** Tells when its host scrolls near the visible part: the end of a list that goes on. */
@Directive({ selector: '[deskWhenSeen]' })
export class WhenSeen {
  readonly seen = output();

  constructor() {
    if (typeof IntersectionObserver === 'undefined') return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) this.seen.emit();
      },
      { rootMargin: '600px' },
    );
    observer.observe(inject<ElementRef<HTMLElement>>(ElementRef).nativeElement);
    inject(DestroyRef).onDestroy(() => observer.disconnect());
  }
}
