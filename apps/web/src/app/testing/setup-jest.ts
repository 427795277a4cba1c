import { TestBed } from '@angular/core/testing';
import { setupZonelessTestEnv } from 'jest-preset-angular/setup-env/zoneless';
import { SKELETON_TIME } from '../shared/ui/state/skeleton-time';

setupZonelessTestEnv({ errorOnUnknownElements: true, errorOnUnknownProperties: true });

// How long a busy machine takes must not decide what a test sees: no skeleton outstays what it stands for.
beforeEach(() => {
  const providers = [{ provide: SKELETON_TIME, useValue: { after: 1_000_000, atLeast: 0 } }];
  TestBed.configureTestingModule({ providers });
});
