/** What is said while a maintenance begins and mail is on its way. */
export const waitingFor = (mails: number): string =>
  `Waiting for ${mails} ${mails === 1 ? 'mail that is on its' : 'mails that are on their'} way: a moment, and three minutes where a server was killed`;
