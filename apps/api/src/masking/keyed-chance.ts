import { createHmac } from 'node:crypto';
import { Random } from '../database/seed/random';

/**
 * Chance that is the same for the same value and the same secret, and tells nobody who has not got the secret anything of the
 * value, not even whether a guess at it is right.
 */
export class KeyedChance {
  constructor(private readonly secret: Buffer) {}

  /** 64 hexadecimal digits. @param purpose one value is something else for another purpose */
  digits(purpose: string, value: string): string {
    return createHmac('sha256', this.secret).update(`${purpose}\0${value}`).digest('hex');
  }

  of(purpose: string, value: string): Random {
    return new Random(parseInt(this.digits(purpose, value).slice(0, 8), 16));
  }

  /** Letters and digits that hardly any two of a billion values have in common. */
  suffix(purpose: string, value: string): string {
    return BigInt(`0x${this.digits(purpose, value).slice(8, 24)}`)
      .toString(36)
      .padStart(12, '0')
      .slice(-10);
  }
}
