import type { Phrases } from './phrases';

export const german: Phrases = {
  hello: (name) => `Guten Tag ${name},`,
  ticketReceived: {
    title: 'Wir haben Ihre Anfrage erhalten',
    own: (number) =>
      `vielen Dank für Ihre Nachricht. Ihre Anfrage hat die Nummer ${number}; wir antworten Ihnen bald.`,
    byDesk: (author, number) => `${author} hat für Sie die Anfrage Nummer ${number} eröffnet.`,
  },
  agentReply: {
    title: (author) => `${author} hat auf Ihre Anfrage geantwortet`,
    alsoSolved: 'Ihre Anfrage gilt nun als gelöst. Falls etwas fehlt, antworten Sie einfach dort.',
  },
  customerReply: { title: (author) => `${author} hat geschrieben` },
  assigned: {
    title: (actor) => `${actor} hat Ihnen ein Ticket zugewiesen`,
    intro: (requester) => `es ist eine Anfrage von ${requester}.`,
  },
  solved: {
    title: 'Ihre Anfrage ist gelöst',
    intro: (actor) =>
      `${actor} hat Ihre Anfrage als gelöst markiert. Falls etwas fehlt, öffnen Sie sie und antworten Sie dort.`,
  },
  passwordReset: {
    subject: (app) => `Ein neues Passwort für ${app}`,
    title: 'Neues Passwort festlegen',
    intro: (app) => `jemand, vermutlich Sie, möchte ein neues Passwort für Ihr Konto bei ${app}.`,
    button: 'Neues Passwort festlegen',
    expires: (minutes) => `Der Link gilt einmal und ${minutes} Minuten lang.`,
    ignore: 'Wenn Sie das nicht waren, tun Sie nichts: Ihr Passwort bleibt, wie es ist.',
  },
  wrote: (author) => `${author} schrieb:`,
  files: (names) => `Angehängte Dateien: ${names}`,
  openTicket: 'Ticket öffnen',
  answerThere: 'Um zu antworten, öffnen Sie das Ticket.',
  because: {
    requester: (app) => `Sie erhalten diese E-Mail wegen Ihrer Anfrage bei ${app}.`,
    assignee: (app) => `Sie erhalten diese E-Mail, weil Sie dieses Ticket bei ${app} bearbeiten.`,
  },
  settings: 'Auswählen, welche E-Mails Sie erhalten',
};
