import type { NamedPart } from './s3-bucket';

/** A tree of elements: text, a list of equal elements, or elements by name. */
export type Xml = string | number | boolean | { [name: string]: Xml | Xml[] };

const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';
const SIGNS: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** A whole document with one root. */
export function xmlDocument(root: string, content: Xml): string {
  return HEAD + element(root, content);
}

function element(name: string, content: Xml | Xml[]): string {
  if (Array.isArray(content)) return content.map((one) => element(name, one)).join('');
  const inner =
    typeof content === 'object'
      ? Object.entries(content)
          .map(([child, value]) => element(child, value))
          .join('')
      : String(content).replace(/[&<>"']/g, (sign) => SIGNS[sign] ?? sign);
  return `<${name}>${inner}</${name}>`;
}

/** The parts of a CompleteMultipartUpload document, in their order. */
export function parseParts(xml: string): NamedPart[] {
  return [...xml.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = '']) => ({
    number: Number(/<PartNumber>\s*(\d+)/.exec(part)?.[1]),
    etag: (/<ETag>(.*?)<\/ETag>/s.exec(part)?.[1] ?? '').replaceAll('&quot;', '').replaceAll('"', ''),
    checksums: Object.fromEntries(
      [...part.matchAll(/<Checksum(\w+)>(.*?)<\/Checksum\1>/gs)].map(([, name = '', sum = '']) => [
        name,
        sum,
      ]),
    ),
  }));
}
