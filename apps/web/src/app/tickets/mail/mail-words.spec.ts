import type { MailDelivery } from '@liftdesk/api-client';
import { mailWords } from './mail-words';

const queued: MailDelivery = {
  id: '01a21852-b63b-7483-8b73-1aaa90ab3ecc',
  status: 'queued',
  recipient: 'katrin@demo.example',
  reason: null,
  attempts: 0,
  updatedAt: '2026-11-26T14:46:43.000Z',
};

describe('what became of a mail', () => {
  it.each([0, 1])('goes out in a moment, also while it is being sent (%i attempts)', (attempts) =>
    expect(mailWords({ ...queued, attempts })).toMatchObject({
      mark: 'Queued',
      text: 'The mail to katrin@demo.example goes out in a moment',
    }),
  );

  it('goes on trying where one attempt has failed', () =>
    expect(mailWords({ ...queued, attempts: 1, reason: 'Connection refused.' })).toMatchObject({
      mark: 'Queued again',
      text: 'Tried once, goes on trying: Connection refused',
    }));
});
