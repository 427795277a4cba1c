import { ALLOWED_TYPES, extensionOf } from '../attachments/inspection/allowed-types';
import { ATTACHMENT_PREFIX } from '../attachments/storage-key';
import { inventPerson } from '../database/seed/invent-person';
import { LANGUAGES } from '../database/seed/phrases/languages';
import { normaliseEmail } from '../users/email';
import { KeyedChance } from './keyed-chance';
import { proseLike, subjectLike } from './prose';

const EXTENSIONS: ReadonlySet<string> = new Set([...ALLOWED_TYPES.map(extensionOf), 'jpeg']);
const TOPICS = [...new Set(LANGUAGES.flatMap(({ topics }) => topics.map(({ tag }) => tag)))];
const SPOKEN = LANGUAGES.map((language) => [language, language.weight] as const);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What stands in the place of what was somebody's: believable, and for the same value always the same. */
export class Masks {
  private readonly chance: KeyedChance;

  constructor(secret: Buffer) {
    this.chance = new KeyedChance(secret);
  }

  /** Somebody else, for everything that has this address in any spelling. `.example` is nobody's (RFC 2606). */
  person(address: string): { name: string; email: string } {
    const norm = normaliseEmail(address);
    const random = this.chance.of('person', norm);
    const language = random.weighted(SPOKEN);
    return inventPerson(random, language, `.${this.chance.suffix('person', norm)}`);
  }

  subject(text: string): string {
    return subjectLike(text, this.chance.of('subject', text));
  }

  prose(text: string): string {
    return proseLike(text, this.chance.of('prose', text));
  }

  tag(name: string): string {
    return `${this.chance.of('tag', name).pick(TOPICS)}-${this.chance.suffix('tag', name)}`;
  }

  /** With the extension of a file of its kind. */
  filename(name: string): string {
    const random = this.chance.of('filename', name);
    return `${random.pick(TOPICS)}-${1_000 + random.int(9_000)}${extension(name)}`;
  }

  /** UUIDs are nobody's, and stay: what is said about a ticket there is found again here. */
  id(id: string): string {
    if (UUID.test(id)) return id;
    const hex = this.chance.digits('id', id);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }

  /** Another one than the real file's: nothing here may read it there, or remove it. */
  storageKey(key: string): string {
    return `${ATTACHMENT_PREFIX}${this.chance.digits('storage key', key).slice(0, 32)}${extension(key)}`;
  }

  /** By its SHA-256 a file would be known again. */
  sha256(sha256: string): string {
    return this.chance.digits('sha256', sha256);
  }
}

function extension(name: string): string {
  const found = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return EXTENSIONS.has(found) ? `.${found}` : '';
}
