import { type Signal, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { SKELETON_TIME, skeletonFor } from './skeleton-time';

describe('a skeleton', () => {
  const loading = signal(true);
  let shown: Signal<boolean>;

  beforeEach(() => {
    jest.useFakeTimers();
    loading.set(true);
    const providers = [{ provide: SKELETON_TIME, useValue: { after: 150, atLeast: 300 } }];
    TestBed.configureTestingModule({ providers });
    shown = TestBed.runInInjectionContext(() => skeletonFor(loading));
    TestBed.tick();
  });

  afterEach(() => jest.useRealTimers());

  const pass = (ms: number) => {
    jest.advanceTimersByTime(ms);
    TestBed.tick();
  };
  const load = () => {
    loading.set(false);
    TestBed.tick();
  };

  it('gives way at once before anybody has seen it', () => {
    pass(149);
    load();
    expect(shown()).toBe(false);
  });

  it('stays for 300 ms once it was seen', () => {
    pass(160);
    load();
    pass(280);
    expect(shown()).toBe(true);
    pass(10);
    expect(shown()).toBe(false);
  });

  it('stays no longer than what it stands for when that takes its time', () => {
    pass(2000);
    load();
    expect(shown()).toBe(false);
  });
});
