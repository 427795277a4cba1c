import type { TicketDocument } from './search-document';

/**
 * What a search must find, as data: the same table is the test of every engine. Documents of many languages, and for each
 * query the tickets it finds, newest first.
 */

const ANA = { requesterRid: 1, requester: 'Ana Müller ana.mueller@example.com' };
const BORIS = { requesterRid: 2, requester: 'Борис Соколов boris@example.org' };
const YUKI = { requesterRid: 3, requester: '佐藤 由紀 yuki@example.jp' };

/** By `rid`. */
export const SEARCH_DOCUMENTS: Readonly<Record<number, TicketDocument>> = {
  1: {
    ...ANA,
    subject: 'Printer offline',
    bodies: ['The laser printer on floor 3 shows error E-5021.', 'Paper jam, then smoke.'],
    notes: ['Known defect of the fuser; escalate to the vendor'],
  },
  2: {
    ...ANA,
    subject: 'Invoice 2026-114 refund',
    bodies: ['Please refund the invoice. See https://pay.example.com/i/114?x=1'],
    notes: [],
  },
  3: {
    ...ANA,
    subject: 'Receipt missing',
    bodies: ["I can't find the receipt for my refund", 'It was in the paper tray'],
    notes: ['printer of the customer is broken'],
  },
  4: {
    ...ANA,
    subject: 'Rechnung über Straßenschild',
    bodies: ['Die Größe lässt sich nicht ändern, außerdem schließt das Fenster.'],
    notes: [],
  },
  5: {
    ...BORIS,
    subject: "Problème d'impression",
    bodies: ['L’écran reste figé après la mise à jour ; cœur du problème inconnu.'],
    notes: [],
  },
  6: { ...BORIS, subject: 'Drukarka nie działa', bodies: ['Żółty papier utknął w Łodzi.'], notes: [] },
  7: {
    ...BORIS,
    subject: 'Tiskárna nefunguje',
    bodies: ['Příliš žluťoučký kůň úpěl ďábelské ódy.'],
    notes: [],
  },
  8: {
    ...BORIS,
    subject: 'Принтер не печатает',
    bodies: ['Ещё вчера всё работало. Йогурт пролит на плату.'],
    notes: [],
  },
  9: { ...BORIS, subject: 'Ο εκτυπωτής χάλασε', bodies: ['ΤΟ ΧΑΡΤΙ ΤΕΛΕΙΩΣΕ ΧΘΕΣ. Ὀδυσσεύς'], notes: [] },
  10: {
    ...BORIS,
    subject: 'İSTANBUL ofisi',
    bodies: ['Yazıcı ISINDI ve kapandı, şifre çalışmıyor.'],
    notes: [],
  },
  11: { ...BORIS, subject: 'המדפסת לא עובדת', bodies: ['שָׁלוֹם, הנייר נתקע'], notes: [] },
  12: { ...BORIS, subject: 'الطابعة لا تعمل', bodies: ['مَرْحَبًا، أحتاج إلى مســـاعدة'], notes: [] },
  13: {
    ...YUKI,
    subject: 'プリンターが動かない',
    bodies: ['電話機も故障しました。ｴﾗｰ５０２１が出ます。'],
    notes: ['担当者に確認中'],
  },
  14: { ...YUKI, subject: '打印机坏了', bodies: ['我的电话号码已更改，请更新。iPhone15也不行'], notes: [] },
  15: { ...YUKI, subject: '프린터가 작동하지 않습니다', bodies: ['서버에서 오류가 발생했습니다'], notes: [] },
  16: { ...YUKI, subject: 'เครื่องพิมพ์ไม่ทำงาน', bodies: ['กระดาษติดอยู่ที่ชั้นสาม'], notes: [] },
  17: { ...YUKI, subject: 'प्रिंटर काम नहीं कर रहा', bodies: ['कृपया मदद करें'], notes: [] },
  18: {
    ...YUKI,
    subject: '電気機関車',
    bodies: ['ends with paper', 'jam begins here; Ana Müller says hello'],
    notes: [],
  },
  19: { ...YUKI, subject: '', bodies: [], notes: [] },
};

export interface SearchCase {
  rule: string;
  q: string;
  /** `agent` unless told. A customer's search leaves notes out and finds its own tickets only. */
  as?: { requesterRid: number };
  hits: number[];
}

const AS_ANA = { requesterRid: 1 };

export const SEARCH_CASES: readonly SearchCase[] = [
  { rule: 'a word finds replies, subjects and notes', q: 'printer', hits: [3, 1] },
  { rule: 'case does not matter', q: 'PRINTER', hits: [3, 1] },
  { rule: 'all words must be there, each anywhere in the ticket', q: 'printer paper', hits: [3, 1] },
  { rule: 'words are whole', q: 'print', hits: [] },
  { rule: 'a prefix lets them go on', q: 'print*', hits: [3, 1] },
  { rule: 'a short prefix is a whole word', q: 'pr*', hits: [] },
  { rule: 'an exact phrase needs its order', q: '"paper jam"', hits: [1] },
  { rule: 'a phrase does not reach from one message into the next', q: '"with paper jam"', hits: [] },
  { rule: 'nor from the subject into the messages', q: '"offline the"', hits: [] },
  { rule: 'a phrase may go on', q: '"paper tr"*', hits: [] },
  { rule: 'a phrase may go on after three letters', q: '"the paper tra"*', hits: [3] },
  { rule: 'a word taken out', q: 'paper -jam', hits: [3] },
  { rule: 'a phrase taken out', q: 'refund -"refund the"', hits: [3] },
  {
    rule: 'only words taken out',
    q: '-paper -e -не -電',
    hits: [19, 17, 16, 15, 14, 12, 11, 10, 9, 7, 6, 5, 4, 2],
  },
  { rule: 'OR', q: 'smoke OR receipt', hits: [3, 1] },
  { rule: 'OR binds its neighbours', q: 'refund smoke OR receipt', hits: [3] },
  { rule: 'brackets and a negative inside OR', q: '(refund -receipt) OR smoke', hits: [2, 1] },
  { rule: 'a group taken out', q: 'refund -(receipt OR smoke)', hits: [2] },
  { rule: 'subject only', q: 'subject:refund', hits: [2] },
  { rule: 'messages only, notes among them for an agent', q: 'body:printer', hits: [3, 1] },
  { rule: 'not in the subject', q: 'refund -subject:refund', hits: [3] },
  { rule: 'words of a note', q: 'fuser escalate', hits: [1] },
  { rule: 'the requester by name or address', q: 'ana.mueller@example.com', hits: [4, 3, 2, 1] },
  {
    rule: 'a negative as one of two',
    q: '-paper OR smoke',
    hits: [19, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 2, 1],
  },
  { rule: 'a negative group of a negative', q: 'refund -(receipt -tray)', hits: [3, 2] },
  { rule: 'a phrase within its column', q: 'subject:"printer offline"', hits: [1] },
  { rule: 'a phrase not in the column that is asked', q: 'body:"printer offline"', hits: [] },
  { rule: 'a prefix within a column', q: 'subject:prin*', hits: [1] },
  { rule: 'the same word twice', q: 'paper paper -paper', hits: [] },
  { rule: 'a word twice in a phrase', q: '"paper paper"', hits: [] },
  { rule: 'a phrase from a message into a note', q: '"smoke known"', hits: [] },
  { rule: 'a phrase from the requester into a message', q: '"com the"', hits: [] },
  { rule: 'numbers with dashes', q: 'E-5021', hits: [1] },
  { rule: 'a link', q: 'pay.example.com/i/114', hits: [2] },
  { rule: 'an apostrophe of either kind', q: 'can’t', hits: [3] },
  { rule: 'FTS5’s own words and signs are text', q: 'NEAR(paper jam) ^x {subject}: col"umn', hits: [] },

  { rule: 'a customer does not find by a note', q: 'fuser', as: AS_ANA, hits: [] },
  {
    rule: 'a customer does not find by a note where it names messages',
    q: 'body:fuser',
    as: AS_ANA,
    hits: [],
  },
  {
    rule: 'a note does not hide a ticket from a customer’s minus',
    q: 'refund -printer',
    as: AS_ANA,
    hits: [3, 2],
  },
  { rule: 'nor from a minus alone', q: '-fuser', as: AS_ANA, hits: [4, 3, 2, 1] },
  { rule: 'the same minus of an agent does see it', q: 'refund -printer', hits: [2] },
  { rule: 'a customer’s OR stays with its own tickets', q: 'paper OR smoke', as: AS_ANA, hits: [3, 1] },
  { rule: 'a customer’s prefix leaves notes out', q: 'escal*', as: AS_ANA, hits: [] },
  { rule: 'a customer’s phrase leaves notes out', q: '"known defect"', as: AS_ANA, hits: [] },
  {
    rule: 'a customer’s group taken out sees no note',
    q: 'printer -(fuser OR vendor)',
    as: AS_ANA,
    hits: [1],
  },
  { rule: 'a customer finds a word of a reply that a note has too', q: 'paper', as: AS_ANA, hits: [3, 1] },
  {
    rule: 'a customer’s field is no way to the notes',
    q: 'subject:fuser OR body:escal*',
    as: AS_ANA,
    hits: [],
  },
  { rule: 'a customer finds no other’s tickets', q: 'принтер', as: AS_ANA, hits: [] },

  { rule: 'German: dots may be left out', q: 'grosse andern', hits: [4] },
  { rule: 'German: sharp s is ss', q: 'STRASSENSCHILD schliesst', hits: [4] },
  { rule: 'German: umlauts in decomposed form', q: 'Gro\u0308ße u\u0308ber', hits: [4] },
  { rule: 'French: accents and elision', q: 'ecran probleme "mise a jour"', hits: [5] },
  { rule: 'French: ligatures', q: 'coeur', hits: [5] },
  { rule: 'Polish: plain letters', q: 'zolty lodzi dziala', hits: [6] },
  { rule: 'Polish: its own letters', q: 'Żółty ŁODZI działa', hits: [6] },
  { rule: 'Czech: plain letters', q: 'prilis zlutoucky kun', hits: [7] },
  { rule: 'Russian: capitals, yo as ye', q: 'ПРИНТЕР еще', hits: [8] },
  { rule: 'Russian: a prefix', q: 'печат*', hits: [8] },
  { rule: 'Greek: accents and both sigmas', q: 'χθες οδυσσευσ ΕΚΤΥΠΩΤΗΣ', hits: [9] },
  { rule: 'Turkish: dotted and dotless i', q: 'istanbul yazici ısındı SIFRE', hits: [10] },
  { rule: 'Hebrew: without points', q: 'שלום המדפסת', hits: [11] },
  { rule: 'Arabic: without vowels, hamza, stretching', q: 'مرحبا احتاج مساعدة', hits: [12] },
  { rule: 'Japanese: part of a sentence', q: '電話', hits: [13] },
  { rule: 'Japanese: across pairs', q: '電話機も故障', hits: [13] },
  { rule: 'Japanese: one character, first, middle or last of a run', q: '機', hits: [18, 13] },
  { rule: 'Japanese: a phrase', q: '"電話機も"', hits: [13] },
  { rule: 'Japanese: taken out', q: '電話機 -故障', hits: [] },
  { rule: 'Japanese: the subject only', q: 'subject:動かない', hits: [13] },
  { rule: 'Japanese: pairs that are not neighbours are no word', q: '電機', hits: [] },
  { rule: 'Japanese: half-width and full-width', q: 'エラー 5021 ﾌﾟﾘﾝﾀｰ', hits: [13] },
  { rule: 'Japanese: voicing marks tell letters apart', q: 'フリンター', hits: [] },
  { rule: 'Japanese: words of a note', q: '担当者', hits: [13] },
  { rule: 'Japanese: a requester', q: '佐藤', hits: [19, 18, 17, 16, 15, 14, 13] },
  { rule: 'Chinese: part of a sentence', q: '电话号码 打印机', hits: [14] },
  { rule: 'Chinese: beside Latin letters', q: 'iphone15也不', hits: [14] },
  { rule: 'Korean: a word before its particle', q: '프린터 서버', hits: [15] },
  { rule: 'Korean: in decomposed form', q: '오류'.normalize('NFD'), hits: [15] },
  { rule: 'Thai: part of a sentence', q: 'กระดาษ เครื่องพิมพ์', hits: [16] },
  { rule: 'Thai: one syllable with its signs', q: 'ที่', hits: [16] },
  { rule: 'Hindi: words with vowel signs', q: 'मदद प्रिंटर', hits: [17] },
  { rule: 'scripts mixed in one query', q: '電気 ana', hits: [18] },
];
