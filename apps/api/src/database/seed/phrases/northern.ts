import { Language, topic } from './language';

export const DANISH: Language = {
  code: 'da',
  weight: 6,
  firstNames: ['Mikkel', 'Freja', 'Søren', 'Åse', 'Rasmus', 'Ida', 'Jørgen', 'Signe'],
  lastNames: ['Holm', 'Sørensen', 'Kjær', 'Østergaard', 'Madsen', 'Bach', 'Nørgaard', 'Lund'],
  places: ['aarhus', 'odense', 'kobenhavn', 'aalborg'],
  greetings: ['Hej,', 'Hej Havn,', 'Goddag,'],
  closings: ['På forhånd tak', 'Venlig hilsen', 'Mange hilsner'],
  deskGreetings: ['Hej {name},'],
  deskClosings: ['God tur!', 'Svar bare her, hvis noget er uklart.'],
  thanks: ['Det virkede, tusind tak!', 'Super, I må gerne lukke sagen.'],
  extra: 'Vores er den i {extra}.',
  topics: [
    topic(
      'invoice',
      ['Faktura for {order} med CVR-nummer', 'Trukket to gange for {order}'],
      ['Vores bogholder skal bruge fakturaen for {order} på dansk.', 'Der er trukket to beløb for {order}.'],
      ['CVR-nummeret er {number}.', 'Det haster lidt, måneden slutter snart.'],
      ['Hvilken adresse skal stå på fakturaen?'],
      ['Samme vej, men nummer 4.'],
      [
        'Her er den nye faktura, den gamle er annulleret.',
        'Det andet beløb er tilbage på kontoen inden for tre hverdage.',
      ],
    ),
    topic(
      'battery',
      ['Batteriet lader kun til 80 %', 'Kort rækkevidde i kulden'],
      ['Batteriet på min {model} stopper ved 80 %.', 'Siden det blev koldt, når vi kun *18 km* på {model}.'],
      ['Cyklen har kørt {number} km.', 'Vi bruger den hver morgen til børnehaven.'],
      ['Kan du læse serienummeret under batteriet? Det begynder med `HB`.'],
      ['Det er HB-{number}.'],
      ['Lad batteriet sidde i laderen i **tolv timer**, to gange i træk.', 'En ny lader er på vej i dag.'],
    ),
  ],
};

export const SWEDISH: Language = {
  code: 'sv',
  weight: 3,
  firstNames: ['Åsa', 'Björn', 'Elsa', 'Örjan', 'Karin', 'Nils'],
  lastNames: ['Lindqvist', 'Åberg', 'Öhman', 'Bergström', 'Nyström', 'Dahl'],
  places: ['malmo', 'goteborg', 'uppsala'],
  greetings: ['Hej,', 'God morgon,'],
  closings: ['Tack på förhand', 'Vänliga hälsningar'],
  deskGreetings: ['Hej {name},'],
  deskClosings: ['Trevlig tur!'],
  thanks: ['Det fungerade, stort tack!'],
  extra: 'Vår är den i {extra}.',
  topics: [
    topic(
      'brakes',
      ['Frambromsen gnisslar', 'Vilka bromsbelägg passar {model}?'],
      ['Frambromsen gnisslar så att folk vänder sig om.', 'Det bakre handtaget går ända in till greppet.'],
      ['Det är {number} km sedan senaste servicen.'],
      ['Syns det olja på skivan? En bild hjälper oss.'],
      ['Ingen olja som jag kan se.'],
      ['Beläggen är slut: två satser är på väg, utan kostnad.'],
    ),
  ],
};

export const DUTCH: Language = {
  code: 'nl',
  weight: 6,
  firstNames: ['Emma', 'Daan', 'Sanne', 'Thijs', 'Fenna', 'Joost', 'Noor', 'Ruben'],
  lastNames: ['van Dijk', 'de Vries', 'Bakker', 'Visser', 'ten Brink', 'Mulder', 'Smit', 'Kuipers'],
  places: ['utrecht', 'groningen', 'gent', 'delft'],
  greetings: ['Hallo,', 'Goedemorgen,', 'Beste Havn,'],
  closings: ['Alvast bedankt', 'Met vriendelijke groet', 'Groetjes'],
  deskGreetings: ['Hoi {name},', 'Hallo {name},'],
  deskClosings: ['Goede rit!', 'Laat het hier weten als iets onduidelijk is.'],
  thanks: ['Gelukt, dank je wel!', 'Top, dit mag dicht.'],
  extra: 'Die van ons is in {extra}.',
  topics: [
    topic(
      'warranty',
      ['Rits van de regenhoes kapot', 'Gekraak voorin de {model}'],
      [
        'De rits van de regenhoes is na een week uit de rail geschoten.',
        'Het kraakt voorin zodra de bak vol is.',
      ],
      ['Gekocht in het voorjaar, bestelling {order}.', 'Hij stond nooit lang in de regen.'],
      ['Kun je een foto van dichtbij sturen?'],
      ['Twee foto’s in de bijlage.'],
      [
        'Dit valt onder de garantie: morgen gaat er een nieuwe op de post.',
        'Draai de vier bouten onder de bak aan met **8 Nm**.',
      ],
    ),
    topic(
      'parts',
      ['Tweede kinderzitje voor {model}', 'Past het hoesje van 2025?'],
      ['Ik zoek een tweede zitje voor mijn {model}.', 'Past de regenhoes van dit jaar op het oude frame?'],
      ['Het frame is van 2023, nummer {number}.'],
      ['Welke kleur wil je, zand of leisteen?'],
      ['Leisteen graag.'],
      ['Hij ligt klaar, morgen op de post.', 'Ja, met het setje adapters dat we meesturen.'],
    ),
  ],
};

export const POLISH: Language = {
  code: 'pl',
  weight: 6,
  firstNames: ['Zofia', 'Jakub', 'Małgorzata', 'Łukasz', 'Agnieszka', 'Paweł', 'Oliwia', 'Stanisław'],
  lastNames: ['Kamińska', 'Wójcik', 'Dąbrowski', 'Zielińska', 'Król', 'Nowak', 'Błaszczyk', 'Żak'],
  places: ['krakow', 'wroclaw', 'gdansk', 'lodz'],
  greetings: ['Dzień dobry,', 'Witam,'],
  closings: ['Z góry dziękuję', 'Pozdrawiam', 'Miłego dnia'],
  deskGreetings: ['Dzień dobry {name},'],
  deskClosings: ['Szerokiej drogi!', 'W razie pytań proszę pisać tutaj.'],
  thanks: ['Działa, bardzo dziękuję!', 'Świetnie, sprawa załatwiona.'],
  extra: 'Nasz jest w kolorze {extra}.',
  topics: [
    topic(
      'address',
      ['Zmiana adresu dostawy {order}', 'Gdzie jest zamówienie {order}?'],
      [
        'Proszę o zmianę adresu dla zamówienia {order}.',
        'Kurier twierdzi, że {order} dostarczono, ale nic tu nie ma.',
      ],
      ['Po szesnastej zawsze ktoś jest w domu.', 'Awiza też nie było.'],
      ['Poprosimy o zdjęcie etykiety z kodem.'],
      ['W załączniku, mam nadzieję, że czytelne.'],
      [
        'Adres zmieniony, wysyłka w poniedziałek, numer `0034 0434 {number}`.',
        'Paczka się znalazła, będzie jutro przed południem.',
      ],
    ),
    topic(
      'battery',
      ['Akumulator ładuje się tylko do 80 %', 'Krótki zasięg na mrozie'],
      [
        'Akumulator w {model} przestaje się ładować przy 80 %.',
        'Odkąd jest zimno, {model} przejeżdża tylko *18 km*.',
      ],
      ['Rower ma {number} km przebiegu.', 'Jeździmy nim codziennie do przedszkola.'],
      ['Jaki numer seryjny jest pod spodem? Zaczyna się od `HB`.'],
      ['HB-{number}.'],
      [
        'Proszę zostawić akumulator w ładowarce na **dwanaście godzin**, dwa razy z rzędu.',
        'Nowa ładowarka wychodzi dzisiaj.',
      ],
    ),
  ],
};
