/** Values of options that the command line itself can tell to be wrong use, before anything is asked of a server. */
import { parseInstant } from '@tidemark/platform/clock';
import { InvalidArgumentError } from 'commander';

/** The text as it is given. */
export function instantValue(text: string): string {
  if (parseInstant(text) !== undefined) return text;
  throw new InvalidArgumentError('It must be RFC 3339 with a zone, such as 2015-06-01T00:00:00Z.');
}

export function countValue(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1.');
}
