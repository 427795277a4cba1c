import type { Phrases } from './phrases';

export const spanish: Phrases = {
  hello: (name) => `Hola, ${name}:`,
  ticketReceived: {
    title: 'Hemos recibido su solicitud',
    own: (number) =>
      `Gracias por escribirnos. Su solicitud tiene el número ${number}; le responderemos pronto.`,
    byDesk: (author, number) => `${author} ha abierto para usted la solicitud número ${number}.`,
  },
  agentReply: {
    title: (author) => `${author} ha respondido a su solicitud`,
    alsoSolved: 'Su solicitud consta ahora como resuelta. Si falta algo, responda allí sin más.',
  },
  customerReply: { title: (author) => `${author} ha escrito` },
  assigned: {
    title: (actor) => `${actor} le ha asignado un ticket`,
    intro: (requester) => `Es una solicitud de ${requester}.`,
  },
  solved: {
    title: 'Su solicitud está resuelta',
    intro: (actor) =>
      `${actor} ha marcado su solicitud como resuelta. Si falta algo, ábrala y responda allí.`,
  },
  passwordReset: {
    subject: (app) => `Una contraseña nueva para ${app}`,
    title: 'Elegir una contraseña nueva',
    intro: (app) => `Alguien, probablemente usted, ha pedido una contraseña nueva para su cuenta en ${app}.`,
    button: 'Elegir una contraseña nueva',
    expires: (minutes) => `El enlace funciona una sola vez, durante ${minutes} minutos.`,
    ignore: 'Si no fue usted, no haga nada: su contraseña sigue siendo la misma.',
  },
  wrote: (author) => `${author} escribió:`,
  files: (names) => `Archivos adjuntos: ${names}`,
  openTicket: 'Abrir el ticket',
  answerThere: 'Para responder, abra el ticket.',
  because: {
    requester: (app) => `Recibe este mensaje por su solicitud en ${app}.`,
    assignee: (app) => `Recibe este mensaje porque se encarga de este ticket en ${app}.`,
  },
  settings: 'Elegir qué mensajes recibe',
};
