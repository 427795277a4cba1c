import { pdf, photo, screenshot } from './demo-files';
import { DAY, DemoTicket, HOUR, answers, asks, changes, notes, takes } from './demo-script';

const KATRIN = ['Katrin Hofmann', 'katrin@demo.example'] as const;

const INVOICE = pdf('Rechnung_HV-19877.pdf', 'Rechnung HV-19877', [
  'Havn Cargo Bikes GmbH, Lindenstraße 8, 04103 Leipzig',
  '',
  '1 x Havn L Kattegat, Baujahr 2025              5.290,00 EUR',
  '1 x Kindersitzbank mit Gurten                     249,00 EUR',
  '',
  'Summe inkl. 19 % MwSt.                          5.539,00 EUR',
]);

/** What the demo customer sees in the portal: each status, a question to answer, files to open. */
export const TICKETS_OF_KATRIN: readonly DemoTicket[] = [
  {
    subject: 'Akku zeigt E-04 nach Update auf 3.2 – Rad steht',
    from: KATRIN,
    priority: 'urgent',
    tags: ['battery', 'fw-3.2'],
    due: -18,
    unread: true,
    steps: [
      asks(
        3 * HOUR + 2,
        'Hallo, seit dem Update auf Firmware 3.2 zeigt das Display `E-04` und der Motor bleibt aus. Bitte helft mir!',
        photo('IMG_2291.jpg', { kind: 'display', text: 'E-04' }),
        photo('IMG_2292.jpg', { kind: 'battery' }),
        INVOICE,
      ),
      changes('tomasz', 2 * HOUR + 50, { assignee: 'maja' }),
      changes('tomasz', 2 * HOUR + 50, { priority: 'urgent', tags: ['battery', 'fw-3.2'] }),
      notes(
        'tomasz',
        2 * HOUR + 47,
        'Serial 2244 is in the 3.2 batch. **@Maja** the rollback is safe, I tried it on the shop bike. If the cell voltage is under 38 V we swap the battery.',
      ),
      answers(
        'maja',
        2 * HOUR + 35,
        'Guten Morgen Katrin,\n\nso stellst du 3.1 wieder her, das dauert etwa vier Minuten:\n\n1. Akku abnehmen und 30 Sekunden warten\n2. `Licht` und `+` gedrückt halten, Akku wieder einsetzen\n3. In der App **Vorherige Version** wählen\n\nSag mir bitte, ob der Fehler danach weg ist.',
      ),
      asks(
        HOUR + 43,
        'Heute Morgen wieder derselbe Fehler. Ich brauche das Rad um 16 Uhr für die Kita. Könnt ihr mir sonst ein Leihrad geben?',
      ),
    ],
  },
  {
    subject: 'Kindersitz Größe 2 nachbestellen',
    from: KATRIN,
    priority: 'normal',
    tags: ['parts'],
    unreadByCustomer: true,
    steps: [
      asks(
        2 * DAY + 3 * HOUR,
        'Guten Tag,\n\nich möchte für mein **Havn L** einen zweiten Kindersitz nachbestellen, Größe 2. Geht das über euch oder nur beim Händler?',
      ),
      takes('jonas', 2 * DAY + 2 * HOUR),
      answers(
        'jonas',
        2 * DAY + HOUR,
        'Hallo Katrin,\n\ndas geht gern direkt bei uns. Größe 2 ist vorrätig, 129 € mit Versand. Brauchst du auch die Gurtpolster?',
        'pending',
      ),
      asks(8 * HOUR, 'Ja, mit Gurtpolstern bitte.'),
      answers(
        'jonas',
        12,
        'Gern, dann sind es 144 €. Welche Farbe möchtest du, **Sand** oder **Schiefer**?',
        'pending',
        screenshot('Farben.png', { kind: 'bike', frame: [196, 178, 148] }),
      ),
    ],
  },
  {
    subject: 'Regenverdeck: passt das Modell 2025?',
    from: KATRIN,
    priority: 'low',
    tags: ['pre-sales'],
    due: 2 * DAY,
    unread: true,
    steps: [
      asks(
        2 * HOUR + 10,
        'Hallo, ich habe neben dem neuen auch noch das Havn L von 2023. Passt das Regenverdeck *Skagerrak* aus 2025 auf den alten Rahmen?',
        photo('Havn-L-2023.jpg', { kind: 'bike', frame: [14, 112, 104] }),
      ),
    ],
  },
  {
    subject: 'Bremsbeläge, welche passen?',
    from: KATRIN,
    priority: 'normal',
    tags: ['brakes'],
    steps: [
      asks(
        19 * DAY + 15 * HOUR,
        'Hallo, bei meinem Havn L quietscht die Vorderbremse. Welche Beläge brauche ich?',
        photo('Vorderrad.jpg', { kind: 'bike', frame: [18, 126, 92] }),
      ),
      takes('aylin', 19 * DAY + 2 * HOUR),
      answers(
        'aylin',
        19 * DAY + HOUR,
        'Hallo Katrin, die **Shimano B05S** passen vorn und hinten. Zwei Sätze gehen heute kostenlos an dich raus, Anleitung im Anhang.',
        'solved',
        pdf('Belag-wechseln.pdf', 'Bremsbeläge wechseln', [
          '1. Rad ausbauen, Sicherungsstift herausziehen.',
          '2. Alte Beläge nach oben herausnehmen.',
          '3. Kolben vorsichtig zurückdrücken.',
          '4. Neue Beläge mit Feder einsetzen, Stift sichern.',
          '5. Zwanzig Mal aus 25 km/h bremsen, nicht bis zum Stillstand.',
        ]),
      ),
    ],
  },
  {
    subject: 'Rechnung als PDF',
    from: KATRIN,
    priority: 'low',
    tags: ['invoice'],
    steps: [
      asks(
        65 * DAY + 4 * HOUR,
        'Könnt ihr mir die Rechnung vom Mai noch einmal mit USt-IdNr. schicken? Meine Chefin rechnet das Rad über die Firma ab.',
      ),
      takes('priya', 65 * DAY + HOUR),
      answers(
        'priya',
        65 * DAY,
        'Anbei die Rechnung mit USt-IdNr. Ein schönes Wochenende!',
        'solved',
        INVOICE,
      ),
      changes('priya', 60 * DAY, { status: 'closed' }),
    ],
  },
  {
    subject: 'Probefahrt mit zwei Kindern in Leipzig',
    from: KATRIN,
    priority: 'normal',
    tags: ['pre-sales', 'test-ride'],
    steps: [
      asks(
        212 * DAY,
        'Hallo! Kann man bei euch das Havn L mit zwei Kindern (3 und 5) Probe fahren? Samstags wäre für uns am besten.',
      ),
      takes('camille', 211 * DAY + 20 * HOUR),
      answers(
        'camille',
        211 * DAY + 19 * HOUR,
        'Liebe Katrin,\n\nsehr gern: Samstag um 11 Uhr, Werkstatt Lindenstraße 8. Helme für die Kinder haben wir da.',
        'pending',
      ),
      asks(211 * DAY + 12 * HOUR, 'Perfekt, wir kommen zu viert.'),
      answers('camille', 211 * DAY + 11 * HOUR, 'Schön, bis Samstag!', 'solved'),
      changes('camille', 205 * DAY, { status: 'closed' }),
    ],
  },
];
