/** What people say around the matter itself: customers about how they live, the desk about what to do. */
export interface Asides {
  customer: readonly string[];
  desk: readonly string[];
}

/** By code of language. */
export const ASIDES: Readonly<Record<string, Asides>> = {
  en: {
    customer: [
      'We bought it two years ago for the school run and have hardly used the car since, so every day without it is a long one.',
      'I have read the manual and the page with the common questions, but neither of them mentions this.',
      'A neighbour has the same bike and says that his never did this, which is why I think that something is wrong with mine.',
      'I am on the road until Wednesday, so an answer by e-mail would be better than a call.',
      'Last year Tomasz from your workshop helped me with something similar, he may remember the bike.',
      'If it has to come in, please tell me how long that takes, because I need to plan the week around it.',
    ],
    desk: [
      'While you wait: you can ride the bike as usual, but please keep it below 25 km/h downhill and do not carry more than 60 kg in the box.',
      'I have written this down with your frame number, so whoever picks up your next message knows what was tried already.',
      'If it comes back within four weeks, just answer to this ticket and it opens again. You do not have to explain everything a second time.',
      'Should you be near the shop in Leipzig, come in without an appointment between ten and twelve: we keep two stands free for cases like yours.',
    ],
  },
  de: {
    customer: [
      'Wir haben es vor zwei Jahren für den Weg zur Kita gekauft und das Auto seitdem kaum noch benutzt, jeder Tag ohne Rad ist also ein langer.',
      'Die Anleitung und die Seite mit den häufigen Fragen habe ich gelesen, dort steht dazu leider nichts.',
      'Ein Nachbar hat das gleiche Rad und kennt das nicht, deshalb glaube ich, dass an meinem etwas nicht stimmt.',
      'Bis Mittwoch bin ich unterwegs, eine Antwort per E-Mail wäre mir lieber als ein Anruf.',
      'Im letzten Jahr hat mir Tomasz aus der Werkstatt bei etwas Ähnlichem geholfen, vielleicht erinnert er sich.',
    ],
    desk: [
      'Bis dahin kannst du ganz normal fahren, bergab aber bitte nicht schneller als 25 km/h und mit höchstens 60 kg in der Box.',
      'Ich habe das bei deiner Rahmennummer vermerkt, damit beim nächsten Mal niemand von vorn anfangen muss.',
      'Sollte es in den nächsten vier Wochen wieder auftreten, antworte einfach auf diese Anfrage, dann ist sie wieder offen.',
      'Wenn du in der Nähe bist, komm zwischen zehn und zwölf ohne Termin vorbei: zwei Montageständer halten wir dafür frei.',
    ],
  },
  fr: {
    customer: [
      'Nous l’avons acheté il y a deux ans pour emmener les enfants à l’école et la voiture ne sort presque plus du garage.',
      'J’ai lu la notice et la page des questions fréquentes, mais je n’y ai rien trouvé à ce sujet.',
      'Je suis en déplacement jusqu’à mercredi, une réponse par courriel serait donc préférable.',
    ],
    desk: [
      'En attendant, vous pouvez rouler normalement, sans dépasser 25 km/h en descente ni 60 kg dans la caisse.',
      'Si cela se reproduit dans les quatre semaines, répondez simplement ici et la demande sera rouverte.',
      'J’ai noté tout cela avec votre numéro de cadre, vous n’aurez pas à tout expliquer une seconde fois.',
    ],
  },
  pl: {
    customer: [
      'Kupiliśmy go dwa lata temu na dojazdy do szkoły i od tego czasu prawie nie używamy samochodu.',
      'Przeczytałem instrukcję oraz stronę z częstymi pytaniami, ale nic tam o tym nie ma.',
      'Do środy jestem w podróży, więc wolałbym odpowiedź mailem niż telefon.',
    ],
    desk: [
      'Do tego czasu można jeździć normalnie, ale z górki nie szybciej niż 25 km/h i z ładunkiem do 60 kg.',
      'Jeśli problem wróci w ciągu czterech tygodni, wystarczy odpowiedzieć na to zgłoszenie, a otworzy się ponownie.',
    ],
  },
  da: {
    customer: [
      'Vi købte den for to år siden til turen i børnehave, og bilen har næsten ikke været brugt siden.',
      'Jeg har læst vejledningen og siden med spørgsmål og svar, men der står ikke noget om det.',
      'Jeg er på farten til onsdag, så et svar på mail er bedre end et opkald.',
    ],
    desk: [
      'Indtil da kan du køre som normalt, men højst 25 km/t ned ad bakke og med højst 60 kg i ladet.',
      'Kommer det igen inden for fire uger, så svar bare her, så åbner sagen igen.',
    ],
  },
  nl: {
    customer: [
      'We hebben hem twee jaar geleden gekocht voor de weg naar school en de auto staat sindsdien vooral stil.',
      'Ik heb de handleiding en de veelgestelde vragen gelezen, maar daar staat hier niets over.',
      'Tot woensdag ben ik onderweg, dus liever een antwoord per mail dan een telefoontje.',
    ],
    desk: [
      'Tot die tijd kun je gewoon rijden, maar bergaf niet harder dan 25 km/u en met hoogstens 60 kg in de bak.',
      'Komt het binnen vier weken terug, antwoord dan gewoon hier: de vraag gaat dan weer open.',
    ],
  },
  it: {
    customer: [
      'L’abbiamo comprata due anni fa per accompagnare i bambini a scuola e da allora l’auto è quasi sempre ferma.',
      'Ho letto il manuale e la pagina delle domande frequenti, ma non ho trovato nulla in proposito.',
    ],
    desk: [
      'Nel frattempo può usarla normalmente, ma in discesa non oltre i 25 km/h e con al massimo 60 kg nel cassone.',
      'Se dovesse ripetersi entro quattro settimane, basta rispondere qui e la richiesta si riapre.',
    ],
  },
  es: {
    customer: [
      'La compramos hace dos años para llevar a los niños al colegio y desde entonces casi no usamos el coche.',
      'He leído el manual y la página de preguntas frecuentes, pero no dicen nada de esto.',
    ],
    desk: [
      'Mientras tanto puedes usarla con normalidad, pero cuesta abajo a menos de 25 km/h y con 60 kg como máximo.',
      'Si vuelve a pasar en las próximas cuatro semanas, responde aquí mismo y la consulta se abre de nuevo.',
    ],
  },
  ja: {
    customer: [
      '二年前に子どもの送り迎えのために購入し、それ以来ほとんど車を使っていないので、一日でも乗れないと困ります。',
      '説明書とよくある質問のページも読みましたが、この件については書かれていませんでした。',
    ],
    desk: [
      'それまでは通常どおりお乗りいただけますが、下り坂では時速25キロ以下、荷物は60キロまででお願いいたします。',
      '四週間以内に再発した場合は、このメールにご返信いただければ再び対応いたします。',
    ],
  },
  ar: {
    customer: [
      'اشتريناها قبل سنتين لتوصيل الأطفال إلى المدرسة، ومنذ ذلك الحين لا نستخدم السيارة إلا نادراً.',
      'قرأت الدليل وصفحة الأسئلة الشائعة ولم أجد شيئاً عن هذا الموضوع.',
    ],
    desk: [
      'حتى ذلك الحين يمكنك استخدامها كالمعتاد، ولكن بسرعة لا تتجاوز 25 كم في الساعة عند النزول وبحمولة لا تزيد على 60 كغ.',
      'إذا تكررت المشكلة خلال أربعة أسابيع فيكفي الرد هنا ليُفتح الطلب من جديد.',
    ],
  },
  sv: {
    customer: [
      'Vi köpte den för två år sedan för vägen till förskolan och har knappt använt bilen sedan dess.',
      'Jag har läst handboken och sidan med vanliga frågor, men där står inget om det här.',
    ],
    desk: [
      'Under tiden kan du cykla som vanligt, men högst 25 km/h i nedförsbacke och med högst 60 kg i lådan.',
      'Kommer det tillbaka inom fyra veckor räcker det att svara här, så öppnas ärendet igen.',
    ],
  },
  uk: {
    customer: [
      'Ми купили його два роки тому, щоб возити дітей до школи, і відтоді майже не користуємося машиною.',
      'Я прочитала інструкцію та сторінку з питаннями, але про це там нічого немає.',
    ],
    desk: [
      'А поки що їздіть як завжди, але вниз не швидше 25 км/год і з вантажем до 60 кг.',
      'Якщо це повториться протягом чотирьох тижнів, просто дайте відповідь тут, і звернення відкриється знову.',
    ],
  },
};
