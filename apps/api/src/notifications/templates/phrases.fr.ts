import type { Phrases } from './phrases';

export const french: Phrases = {
  hello: (name) => `Bonjour ${name},`,
  ticketReceived: {
    title: 'Nous avons bien reçu votre demande',
    own: (number) =>
      `Merci de nous avoir écrit. Votre demande porte le numéro ${number} ; nous y répondrons bientôt.`,
    byDesk: (author, number) => `${author} a ouvert pour vous la demande numéro ${number}.`,
  },
  agentReply: {
    title: (author) => `${author} a répondu à votre demande`,
    alsoSolved:
      'Votre demande est maintenant considérée comme résolue. S’il manque quelque chose, répondez-y simplement.',
  },
  customerReply: { title: (author) => `${author} a écrit` },
  assigned: {
    title: (actor) => `${actor} vous a attribué un ticket`,
    intro: (requester) => `Il s’agit d’une demande de ${requester}.`,
  },
  solved: {
    title: 'Votre demande est résolue',
    intro: (actor) =>
      `${actor} a marqué votre demande comme résolue. S’il manque quelque chose, ouvrez-la et répondez-y.`,
  },
  passwordReset: {
    subject: (app) => `Un nouveau mot de passe pour ${app}`,
    title: 'Choisir un nouveau mot de passe',
    intro: (app) =>
      `Quelqu’un, sans doute vous, a demandé un nouveau mot de passe pour votre compte chez ${app}.`,
    button: 'Choisir un nouveau mot de passe',
    expires: (minutes) => `Le lien fonctionne une seule fois, pendant ${minutes} minutes.`,
    ignore: 'Si ce n’était pas vous, ne faites rien : votre mot de passe reste le même.',
  },
  wrote: (author) => `${author} a écrit :`,
  files: (names) => `Fichiers joints : ${names}`,
  openTicket: 'Ouvrir le ticket',
  answerThere: 'Pour répondre, ouvrez le ticket.',
  because: {
    requester: (app) => `Vous recevez ce message à cause de votre demande chez ${app}.`,
    assignee: (app) => `Vous recevez ce message parce que vous traitez ce ticket chez ${app}.`,
  },
  settings: 'Choisir les messages que vous recevez',
};
