import type { Phrases } from './phrases';

export const english: Phrases = {
  hello: (name) => `Hello ${name},`,
  ticketReceived: {
    title: 'We have received your request',
    own: (number) =>
      `Thank you for writing to us. Your request has the number ${number}; we will answer it soon.`,
    byDesk: (author, number) => `${author} has opened request number ${number} for you.`,
  },
  agentReply: {
    title: (author) => `${author} has answered your request`,
    alsoSolved: 'Your request is now marked as solved. If something is missing, just answer there.',
  },
  customerReply: { title: (author) => `${author} has written` },
  assigned: {
    title: (actor) => `${actor} has assigned a ticket to you`,
    intro: (requester) => `It is a request of ${requester}.`,
  },
  solved: {
    title: 'Your request is solved',
    intro: (actor) =>
      `${actor} has marked your request as solved. If something is missing, open it and answer there.`,
  },
  passwordReset: {
    subject: (app) => `A new password for ${app}`,
    title: 'Set a new password',
    intro: (app) => `Somebody, probably you, has asked for a new password for your account at ${app}.`,
    button: 'Set a new password',
    expires: (minutes) => `The link works once, and for ${minutes} minutes.`,
    ignore: 'If it was not you, do nothing: your password stays as it is.',
  },
  wrote: (author) => `${author} wrote:`,
  files: (names) => `Attached files: ${names}`,
  openTicket: 'Open the ticket',
  answerThere: 'To answer, open the ticket.',
  because: {
    requester: (app) => `You get this mail because of your request at ${app}.`,
    assignee: (app) => `You get this mail because you work on this ticket at ${app}.`,
  },
  settings: 'Choose which mail you get',
};
