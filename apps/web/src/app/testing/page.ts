import { type Type, signal } from '@angular/core';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { provideRouter, withComponentInputBinding } from '@angular/router';

/** A rendered component as its user meets it: by label, role and words. */
export class Page<T> {
  constructor(private readonly fixture: ComponentFixture<T>) {}

  get component(): T {
    return this.fixture.componentInstance;
  }

  get host(): HTMLElement {
    return this.fixture.nativeElement as HTMLElement;
  }

  get text(): string {
    return (this.host.textContent ?? '').replace(/\s+/g, ' ').trim();
  }

  /** Gives the component other inputs, as a new address does. */
  set(inputs: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(inputs)) this.fixture.componentRef.setInput(name, value);
    TestBed.tick();
  }

  /** Waits for everything that is under way: rendering, navigation, lazy parts. */
  async settle(): Promise<void> {
    await this.turn();
    await this.fixture.whenStable();
    await this.turn();
  }

  /** Lets what waits on promises run, then renders; for pages with requests still open. */
  async turn(): Promise<void> {
    for (let i = 0; i < 10; i++) await Promise.resolve();
    TestBed.tick();
  }

  /** The user goes elsewhere. */
  leave(): void {
    this.fixture.destroy();
  }

  button(name: string | RegExp): HTMLButtonElement {
    return this.named<HTMLButtonElement>('button', name);
  }

  /** Every button of that name, in the order of the page. */
  buttons(name: string): HTMLButtonElement[] {
    return [...this.host.querySelectorAll('button')].filter(
      (one) => (one.getAttribute('aria-label') ?? words(one)) === name,
    );
  }

  link(name: string | RegExp): HTMLAnchorElement {
    return this.named<HTMLAnchorElement>('a', name);
  }

  /** The control that a label with these words names. */
  field(label: string): HTMLInputElement | HTMLTextAreaElement {
    const found = [...this.host.querySelectorAll('label')].find((one) => words(one) === label);
    const control = found && this.host.querySelector<HTMLInputElement>(`#${found.htmlFor}`);
    if (!control) throw new Error(`No field "${label}" in: ${this.text}`);
    return control;
  }

  alert(): string {
    return words(this.host.querySelector('[role=alert]'));
  }

  type(label: string, text: string): void {
    const field = this.field(label);
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }

  submit(): void {
    this.host.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }));
  }

  private named<E extends HTMLElement>(tag: string, name: string | RegExp): E {
    const matches = (text: string) => (typeof name === 'string' ? text === name : name.test(text));
    const found = [...this.host.querySelectorAll<E>(tag)].find((one) =>
      matches(one.getAttribute('aria-label') ?? words(one)),
    );
    if (!found) throw new Error(`No ${tag} "${name}" in: ${this.text}`);
    return found;
  }
}

/** Renders a component with its inputs. Providers are set through TestBed before. */
export function render<T>(component: Type<T>, inputs: Record<string, unknown> = {}): Page<T> {
  const fixture = TestBed.createComponent(component);
  for (const [name, value] of Object.entries(inputs)) fixture.componentRef.setInput(name, value);
  TestBed.tick();
  return new Page(fixture);
}

/** A router without routes of its own that accepts every address. */
export function provideAnyRoute() {
  return provideRouter([{ path: '**', children: [] }], withComponentInputBinding());
}

/** A clock for components that say how long ago; epoch ms. */
export function clockAt(now: number) {
  return { now: signal(now).asReadonly() };
}

function words(element: Element | null | undefined): string {
  const copy = element?.cloneNode(true) as Element | undefined;
  for (const hidden of copy?.querySelectorAll('[aria-hidden=true]') ?? []) hidden.remove();
  return (copy?.textContent ?? '').replace(/\s+/g, ' ').trim();
}
