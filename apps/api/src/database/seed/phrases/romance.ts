import { Language, topic } from './language';

export const FRENCH: Language = {
  code: 'fr',
  weight: 10,
  firstNames: ['Luc', 'Camille', 'Élodie', 'Mathieu', 'Aïcha', 'Benoît', 'Chloé', 'Rémi', 'Inès', 'Thérèse'],
  lastNames: [
    'Bertrand',
    'Lefèvre',
    'Moreau',
    'Benali',
    'Garnier',
    'Dubois',
    'Chevalier',
    'Rousseau',
    'Perrin',
    'Faure',
  ],
  places: ['nantes', 'lyon', 'rennes', 'geneve', 'bruxelles', 'lille'],
  greetings: ['Bonjour,', 'Bonjour à toute l’équipe,', 'Madame, Monsieur,'],
  closings: ['Merci d’avance', 'Bien cordialement', 'Bonne journée'],
  deskGreetings: ['Bonjour {name},'],
  deskClosings: ['Bonne route !', 'N’hésitez pas à répondre ici.', 'Merci de votre patience.'],
  thanks: [
    'Parfait, merci beaucoup !',
    'C’est réglé, merci pour votre rapidité.',
    'Tout fonctionne, bonne journée.',
  ],
  extra: 'Le nôtre est celui en {extra}.',
  topics: [
    topic(
      'battery',
      ['La batterie du {model} ne charge plus', 'Autonomie divisée par deux en hiver'],
      [
        'La batterie s’arrête de charger vers 80 % et le voyant passe au vert.',
        'Depuis qu’il fait froid, nous faisons à peine *18 km* avec le {model}.',
      ],
      ['J’ai essayé une autre prise, sans succès.', 'Le vélo a {number} km.'],
      ['Pouvez-vous nous donner le numéro de série sous la batterie ? Il commence par `HB`.'],
      ['C’est le HB-{number}.'],
      [
        'Laissez la batterie **douze heures** sur le chargeur, deux fois de suite : les cellules s’équilibrent.',
        'Un nouveau chargeur part aujourd’hui.',
      ],
    ),
    topic(
      'refund',
      ['Facture en double pour la commande {order}', 'Remboursement de {order}'],
      [
        'J’ai été débité deux fois pour la commande {order}.',
        'Je n’ai pas encore reçu le remboursement de {order}.',
      ],
      ['Ma banque me demande un justificatif.', 'Le second prélèvement date du lendemain.'],
      ['Pourriez-vous joindre le relevé avec les deux lignes ?'],
      ['Le voici, merci.'],
      [
        'Vous aviez raison : le second montant vous est remboursé sous trois jours ouvrés.',
        'Le remboursement est parti ce matin.',
      ],
    ),
    topic(
      'delivery',
      ['Où en est la commande {order} ?', 'Carton abîmé à la livraison'],
      [
        'Le transporteur annonce {order} comme livrée, mais je n’ai rien reçu.',
        'Le carton était ouvert sur un côté à l’arrivée.',
      ],
      ['Je suis chez moi après 16 heures.', 'Il manque le sachet de visserie.'],
      ['Avez-vous une photo de l’étiquette ?'],
      ['Oui, en pièce jointe.'],
      [
        'Le colis a été retrouvé, il arrive demain avant midi.',
        'Les pièces manquantes partent en express aujourd’hui, suivi `0034 0434 {number}`.',
      ],
    ),
  ],
};

export const ITALIAN: Language = {
  code: 'it',
  weight: 5,
  firstNames: ['Giulia', 'Marco', 'Niccolò', 'Chiara', 'Davide', 'Elisa', 'Paolo', 'Sofia'],
  lastNames: ['Ferri', 'Rossi', 'Colombo', 'Marchetti', 'Bianchi', 'De Luca', 'Gallo', 'Conti'],
  places: ['parma', 'bologna', 'torino', 'verona'],
  greetings: ['Buongiorno,', 'Salve,', 'Gentile assistenza,'],
  closings: ['Grazie mille', 'Cordiali saluti', 'Buona giornata'],
  deskGreetings: ['Buongiorno {name},'],
  deskClosings: ['Resto a disposizione.', 'Buona pedalata!'],
  thanks: ['Perfetto, grazie!', 'Risolto, gentilissimi.'],
  extra: 'Il nostro è quello in {extra}.',
  topics: [
    topic(
      'fleet',
      ['Preventivo per {model}, flotta comunale', 'Assistenza per la flotta'],
      [
        'Vorremmo un preventivo per dodici {model}, con assistenza per tre anni.',
        'Due mezzi della flotta hanno il freno anteriore consumato.',
      ],
      ['I percorsi sono brevi, circa {number} m al giorno.', 'Il magazzino ha quattro prese.'],
      ['Servono anche i box isotermici?'],
      ['Sì, e due batterie di riserva.'],
      [
        'Le ho inviato il preventivo aggiornato con lo **sconto flotta**.',
        'Il tecnico passa giovedì mattina.',
      ],
    ),
    topic(
      'delivery',
      ['Dov’è l’ordine {order}?', 'Spedizione senza caricatore'],
      [
        'Il corriere dice che {order} è stato consegnato, ma qui non c’è nulla.',
        'Nella scatola mancava il caricatore.',
      ],
      ['Sono in casa dopo le 16.'],
      ['Può mandarci una foto dell’etichetta?'],
      ['Eccola, spero si legga.'],
      [
        'Il pacco è stato trovato, arriva domani entro mezzogiorno.',
        'Il caricatore parte oggi con corriere espresso, numero `0034 0434 {number}`.',
      ],
    ),
  ],
};

export const SPANISH: Language = {
  code: 'es',
  weight: 5,
  firstNames: ['Lucía', 'Álvaro', 'Núria', 'Iñaki', 'Carmen', 'Pablo', 'Begoña', 'Joaquín'],
  lastNames: ['García', 'Muñoz', 'Etxeberria', 'Serra', 'Ibáñez', 'Núñez', 'Vidal', 'Ortega'],
  places: ['valencia', 'bilbao', 'sevilla', 'girona'],
  greetings: ['Hola,', 'Buenos días,', 'Buenas tardes,'],
  closings: ['Muchas gracias', 'Un saludo', 'Gracias de antemano'],
  deskGreetings: ['Hola, {name}:'],
  deskClosings: ['¡Buen viaje!', 'Escríbenos aquí si queda alguna duda.'],
  thanks: ['¡Solucionado, gracias!', 'Perfecto, podéis cerrarlo.'],
  extra: 'La nuestra es la de color {extra}.',
  topics: [
    topic(
      'battery',
      ['La batería no pasa del 80 %', '¿Qué batería sirve para la {model}?'],
      [
        'La batería de mi {model} deja de cargar al 80 %.',
        'El cargador parpadea en rojo tres veces y vuelve a empezar.',
      ],
      ['La bici tiene {number} km.', 'La necesitamos cada mañana para el cole.'],
      ['¿Qué número de serie pone debajo de la batería? Empieza por `HB`.'],
      ['Es el HB-{number}.'],
      [
        'Deja la batería **doce horas** en el cargador, dos veces seguidas.',
        'Hoy te enviamos un cargador nuevo.',
      ],
    ),
    topic(
      'address',
      ['Cambio de dirección del pedido {order}', '¿Dónde está el pedido {order}?'],
      [
        'Necesito cambiar la dirección del pedido {order}.',
        'El transportista dice que {order} está entregado, pero aquí no hay nada.',
      ],
      ['A partir de las cuatro siempre hay alguien.'],
      ['¿Nos pasas la dirección completa?'],
      ['Calle Ancha {number}, 2.º B.'],
      [
        'Hecho: el paquete sale el lunes a la nueva dirección.',
        'Lo han encontrado, llega mañana antes de mediodía.',
      ],
    ),
  ],
};
