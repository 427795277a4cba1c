import type { LogDelivery, Logger } from '@liftdesk/logging';
import * as logging from '@liftdesk/logging';
import { logCheck } from './log-check';

jest.mock('@liftdesk/logging');

describe('the check of the logs', () => {
  const now = 1_000_000;
  const found = (delivery: Partial<LogDelivery>) => {
    const well = { queued: 0, dropped: 0, failure: null, failingSince: null };
    jest.mocked(logging.logDelivery).mockReturnValue({ ...well, ...delivery });
    return logCheck({} as Logger, () => now).check();
  };

  it('says how many lines wait and were lost', () => {
    expect(found({ queued: 3 })).toEqual({
      message: '3 lines wait, 0 were lost since the start',
      warn: false,
    });
  });

  it('warns where lines were lost', () => expect(found({ dropped: 1 })).toMatchObject({ warn: true }));

  it('warns of a failure at first, and fails when it lasts', () => {
    const failure = 'ThrottlingException';
    expect(found({ failure, failingSince: now - 30_000 })).toMatchObject({ warn: true });
    expect(() => found({ queued: 7, failure, failingSince: now - 30_001 })).toThrow(
      '7 lines wait, 0 were lost since the start: ThrottlingException',
    );
  });
});
