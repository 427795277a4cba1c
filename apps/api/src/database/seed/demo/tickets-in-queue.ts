import { csv, pdf, photo } from './demo-files';
import { DAY, DemoTicket, HOUR, answers, asks, changes, notes, opens, takes } from './demo-script';

/** What stands on the first screen of the queue. */
export const TICKETS_IN_QUEUE: readonly DemoTicket[] = [
  {
    subject: 'App no longer finds the bike after phone change',
    from: ['Hanna Virtanen', 'hanna.virtanen@tampere.example'],
    priority: 'normal',
    tags: ['app', 'bluetooth'],
    due: 5 * HOUR + 48,
    unread: true,
    steps: [
      asks(
        6,
        'New Pixel, Bluetooth on, bike awake. The app says “no bike nearby”. Reset did not help, and the old phone is already wiped. How do I get my bike back?',
      ),
    ],
  },
  {
    subject: 'هل يمكن توصيل الدراجة إلى مالمو؟',
    from: ['يوسف الأمين', 'yusuf.alamin@malmo.example'],
    priority: 'normal',
    tags: ['pre-sales'],
    due: 3 * HOUR + 5,
    unread: true,
    steps: [
      asks(
        14,
        'مرحباً، أريد طراز Havn L مع مقعدين للأطفال. كم تستغرق مدة التوصيل؟ وهل يمكن الدفع عند الاستلام؟',
      ),
    ],
  },
  {
    subject: 'バッテリーが充電されません（新品、1週間）',
    from: ['佐藤 美咲', 'misaki.sato@kyoto.example'],
    priority: 'high',
    tags: ['battery'],
    due: 27,
    unread: true,
    steps: [
      asks(
        33,
        '充電ランプが赤く点滅したままです。写真を2枚添付しました。ご確認ください。',
        photo('充電ランプ.jpg', { kind: 'battery' }),
        photo('表示.jpg', { kind: 'display', text: 'E-12' }),
      ),
    ],
  },
  {
    subject: 'Front fork recall: 6 dealer bikes still on the road',
    from: ['Oliver Grant', 'oliver@bristolcargo.example'],
    priority: 'urgent',
    tags: ['recall', 'dealer'],
    due: 12,
    steps: [
      asks(
        5 * HOUR,
        'We sold six bikes from the recalled batch before the notice came. I have reached four of the owners. What do I tell the other two, and who collects the forks?',
        csv('serials.csv', ['serial;owner;reached', '2231;Ward;yes', '2238;Okafor;yes', '2244;Price;no']),
      ),
      takes('maja', 4 * HOUR + 40, 'tomasz'),
      answers(
        'tomasz',
        4 * HOUR + 10,
        'Hi Oliver,\n\nplease ask them **not to ride** until we have seen the fork. We collect at no cost and bring a loan bike. Can you send me the two addresses?',
        'pending',
      ),
      asks(50, 'Done, both addresses are in your inbox. Mrs Price is worried, please call her today.'),
      notes(
        'tomasz',
        38,
        'Workshop confirmed serials 2231–2260. Waiting for the courier slot before I call Mrs Price.',
      ),
    ],
  },
  {
    subject: 'Lieferung ohne Ladegerät angekommen',
    from: ['Jan-Erik Pohl', 'jan-erik.pohl@kiel.example'],
    priority: 'normal',
    tags: ['missing-part'],
    due: 41,
    steps: [
      asks(
        7 * HOUR,
        'Moin, das Rad ist da und ein Traum, aber im Karton war **kein Ladegerät**. Auf dem Lieferschein steht es drauf.',
        photo('Karton.jpg', { kind: 'bike', frame: [34, 62, 110] }),
      ),
      takes('maja', 6 * HOUR + 20),
      answers('maja', 6 * HOUR, 'Moin Jan-Erik, das tut uns leid! Ich kläre es sofort mit dem Lager.'),
      answers(
        'maja',
        22,
        'Das Ladegerät ist heute mit DHL unterwegs, Sendungsnummer 0034 0434 1612. Es sollte morgen bis 12 Uhr bei dir sein.',
      ),
    ],
  },
  {
    subject: 'Zmiana adresu dostawy przed wysyłką',
    from: ['Zofia Kamińska', 'zofia.kaminska@krakow.example'],
    priority: 'normal',
    tags: ['address'],
    due: 54,
    unread: true,
    steps: [
      asks(9 * HOUR, 'Dzień dobry, czy zamówienie HV-20511 zostało już wysłane?'),
      takes('jonas', 8 * HOUR + 10),
      answers('jonas', 8 * HOUR, 'Dzień dobry, jeszcze nie, wyjeżdża jutro rano.', 'pending'),
      asks(51, 'Proszę o zmianę na ul. Długa 14/3, Kraków. Paczka jeszcze nie wyszła, prawda?'),
    ],
  },
  {
    subject: 'Brake lever soft after 300 km, is it safe to ride?',
    from: ['Daniel Osei', 'daniel.osei@hackney.example'],
    priority: 'high',
    tags: ['brakes', 'safety'],
    due: 2 * HOUR + 10,
    steps: [
      asks(
        DAY + 2 * HOUR,
        'The front brake lever has become soft. It still stops, but later every day. I carry two kids: is it safe to ride?',
      ),
      takes('aylin', DAY + HOUR),
      answers(
        'aylin',
        DAY,
        'Hi Daniel, please **do not ride with the kids** until we know more. Could you send a photo of the lever pulled all the way?',
        'pending',
      ),
      asks(
        HOUR + 12,
        'Here is the picture. You can see the lever going all the way to the grip.',
        photo('lever.jpg', { kind: 'bike', frame: [170, 60, 52] }),
      ),
    ],
  },
  {
    subject: 'Rain cover zip broke in the first week',
    from: ['Emma van Dijk', 'emma.vandijk@utrecht.example'],
    priority: 'normal',
    tags: ['return', 'warranty'],
    due: 3 * HOUR + 40,
    steps: [
      asks(
        DAY + 6 * HOUR,
        'The zip of the Skagerrak rain cover came off its rail on day four. It was not forced.',
      ),
      takes('maja', DAY + 5 * HOUR),
      answers(
        'maja',
        DAY + 4 * HOUR,
        'That should not happen, sorry Emma. We replace it under warranty: you get a label by e-mail.',
        'pending',
      ),
      asks(2 * HOUR + 20, 'Thanks, happy to send it back. Do I need the original box for the return?'),
    ],
  },
  {
    subject: 'Kan jeg få fakturaen på dansk med CVR-nummer?',
    from: ['Mikkel Holm', 'mikkel.holm@aarhus.example'],
    priority: 'low',
    tags: ['invoice'],
    due: 4 * HOUR + 15,
    steps: [
      asks(
        3 * HOUR + 1,
        'Vores bogholder skal bruge den inden månedens udgang. CVR-nummeret er 31 42 77 90. På forhånd tak!',
      ),
      opens('maja', 2 * HOUR + 55, 'priya'),
    ],
  },
  {
    subject: 'Facture en double pour la commande HV-20418',
    from: ['Luc Bertrand', 'luc.bertrand@nantes.example'],
    priority: 'high',
    tags: ['refund'],
    due: -6,
    unread: true,
    steps: [
      asks(
        4 * HOUR + 6,
        'Bonjour, j’ai été débité deux fois de 4 890 € le 19 novembre. Pouvez-vous annuler le second prélèvement ? Je joins le relevé.',
        pdf('releve-novembre.pdf', 'Relevé de compte', [
          '19/11  PRLV HAVN CARGO BIKES HV-20418      - 4 890,00',
          '19/11  PRLV HAVN CARGO BIKES HV-20418      - 4 890,00',
        ]),
      ),
    ],
  },
  {
    subject: 'Preventivo per 12 bici, flotta comunale di Parma',
    from: ['Giulia Ferri', 'giulia.ferri@parma.example'],
    priority: 'normal',
    tags: ['dealer', 'fleet'],
    steps: [
      asks(
        4 * DAY,
        'Buongiorno, il Comune di Parma vorrebbe dodici Havn L per la consegna dei pasti. Ci fate un preventivo con *assistenza per tre anni*?',
      ),
      takes('maja', 3 * DAY + 20 * HOUR),
      answers(
        'maja',
        3 * DAY + 19 * HOUR,
        'Buongiorno Giulia, con piacere. Servono anche i box isotermici?',
        'pending',
      ),
      asks(2 * DAY, 'Sì, dodici box e due batterie di riserva.'),
      answers(
        'maja',
        DAY + 3 * HOUR,
        'Le ho inviato il preventivo aggiornato con lo sconto flotta. Resto a disposizione per ogni domanda.',
        'pending',
        pdf('preventivo-HV-P-118.pdf', 'Preventivo HV-P-118', [
          '12 x Havn L                             58.200,00 EUR',
          '12 x Box isotermico                      4.188,00 EUR',
          '2 x Batteria 630 Wh                      1.398,00 EUR',
          'Sconto flotta 8 %                      - 5.102,88 EUR',
        ]),
      ),
    ],
  },
  {
    subject: 'Can two agents share one dealer login?',
    from: ['Saoirse Byrne', 'saoirse@dublinwheels.example'],
    priority: 'low',
    tags: ['account', 'dealer'],
    due: DAY,
    steps: [
      asks(
        5 * HOUR + 30,
        'We are two at the counter and one of us always gets signed out. Is one login for both fine?',
      ),
      opens('camille', 5 * HOUR),
      changes('camille', 5 * HOUR, { tags: ['account', 'dealer'], priority: 'low' }),
    ],
  },
];
