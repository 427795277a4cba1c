import { createHmac, timingSafeEqual } from 'node:crypto';

/** Whose answer to which ticket a mail will be: row keys, which never leave the server but in here. */
export interface ReplyTarget {
  ticketRid: number;
  userRid: number;
}

/** 120 bits in 24 characters: with two numbers it fits into the 64 that a local part may have. */
const MAC_BYTES = 15;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const TOKEN = /^([0-9a-z]{1,8})\.([0-9a-z]{1,8})\.([a-z2-7]{24})$/;

/** Part of the address that an answer is sent to. Lower case alone: mail servers may change the case on the way. */
export function makeReplyToken({ ticketRid, userRid }: ReplyTarget, secret: Uint8Array): string {
  const target = `${ticketRid.toString(36)}.${userRid.toString(36)}`;
  return `${target}.${macOf(target, secret)}`;
}

/** @returns null for a token that was not made with one of these secrets; an address is never believed without it */
export function readReplyToken(token: string, secrets: readonly Uint8Array[]): ReplyTarget | null {
  const [, ticket, user, mac] = TOKEN.exec(token.toLowerCase()) ?? [];
  if (ticket === undefined || user === undefined || mac === undefined) return null;
  const target = `${ticket}.${user}`;
  const known = secrets.some((secret) =>
    timingSafeEqual(Buffer.from(mac), Buffer.from(macOf(target, secret))),
  );
  return known ? { ticketRid: parseInt(ticket, 36), userRid: parseInt(user, 36) } : null;
}

/** RFC 5321, 4.5.3.1.1. */
const MAX_LOCAL_PART = 64;

/** The address that carries the token; null where it would be longer than an address may be. */
export function replyAddress(token: string, fromEmail: string, replyDomain: string | null): string | null {
  const at = fromEmail.lastIndexOf('@');
  const [local, domain] =
    replyDomain === null ? [fromEmail.slice(0, at), fromEmail.slice(at + 1)] : ['reply', replyDomain];
  const part = `${local}+${token}`;
  return part.length > MAX_LOCAL_PART ? null : `${part}@${domain}`;
}

/** Whether mail to this address would come back to us: then it is never sent. */
export function isOurAddress(address: string, fromEmail: string, replyDomain: string | null): boolean {
  const [local, domain] = splitAddress(address);
  const [ourLocal, ourDomain] = splitAddress(fromEmail);
  if (replyDomain !== null && domain === replyDomain.toLowerCase()) return true;
  return domain === ourDomain && (local === ourLocal || local.startsWith(`${ourLocal}+`));
}

function splitAddress(address: string): [local: string, domain: string] {
  const at = address.lastIndexOf('@');
  return [address.slice(0, at).toLowerCase(), address.slice(at + 1).toLowerCase()];
}

function macOf(target: string, secret: Uint8Array): string {
  const bytes = createHmac('sha256', secret).update(target).digest().subarray(0, MAC_BYTES);
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  return (bits.match(/.{5}/g) ?? []).map((five) => ALPHABET[parseInt(five, 2)]).join('');
}
