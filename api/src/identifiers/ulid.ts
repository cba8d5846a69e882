import { randomBytes } from 'node:crypto';
import type { Clock } from '@tidemark/platform/clock';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const randomLength = 16;

/** Makes identifiers that sort by creation: 10 characters of milliseconds, 16 of randomness (Crockford base 32). */
export type CreateId = (prefix: string) => string;

/**
 * Within one process identifiers rise strictly, also within a millisecond or when the clock steps back, so a list by
 * identifier is a list by creation.
 */
export function createIdFactory(clock: Clock): CreateId {
  let lastMs = -1;
  let random: number[] = [];
  return (prefix) => {
    const nowMs = Math.floor(clock.now() / 1000);
    if (nowMs > lastMs) {
      lastMs = nowMs;
      random = Array.from(randomBytes(randomLength), (byte) => byte & 31);
      // Room to count up within the millisecond.
      random[0] = (random[0] ?? 0) & 15;
    } else {
      increment(random);
    }
    return prefix + encodeTime(lastMs) + random.map((digit) => alphabet.charAt(digit)).join('');
  };
}

function encodeTime(milliseconds: number): string {
  let rest = milliseconds;
  let text = '';
  for (let position = 0; position < 10; position += 1) {
    text = alphabet.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

function increment(digits: number[]): void {
  for (let position = digits.length - 1; position >= 0; position -= 1) {
    const digit = digits[position] ?? 0;
    if (digit < 31) {
      digits[position] = digit + 1;
      return;
    }
    digits[position] = 0;
  }
}
