/** A PDF of one A4 page in Helvetica: a heading and lines. Letters outside Latin-1 become `?`. */
export function makePdf(heading: string, lines: string[]): Buffer {
  const text = lines.map((line) => `0 -20 Td (${escaped(line)}) Tj`).join('\n');
  const page = `BT /F1 22 Tf 64 760 Td (${escaped(heading)}) Tj /F1 12 Tf 0 -24 Td\n${text}\nET`;
  const objects = [
    '<</Type/Catalog/Pages 2 0 R>>',
    '<</Type/Pages/Kids[3 0 R]/Count 1>>',
    '<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>',
    `<</Length ${page.length}>>stream\n${page}\nendstream`,
    '<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>',
  ];
  const offsets: number[] = [];
  let file = '%PDF-1.4\n%\u00e2\u00e3\u00cf\u00d3\n';
  objects.forEach((object, index) => {
    offsets.push(file.length);
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  const end = `xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<</Size ${size}/Root 1 0 R>>\nstartxref\n${file.length}\n%%EOF\n`;
  return Buffer.from(file + end, 'latin1');
}

function escaped(text: string): string {
  const latin = [...text].map((letter) => ((letter.codePointAt(0) ?? 0) > 0xff ? '?' : letter)).join('');
  return latin.replace(/[\\()]/g, '\\$&');
}
