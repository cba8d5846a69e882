import { parseQuantity } from '@tidemark/rater/money';
import type { UsageSample } from '@tidemark/rater/pricing';

export interface PlainEvent {
  /** Integer microseconds; default 0. */
  readonly time?: number;
  readonly offset?: number;
  readonly index?: number;
  /** Property values as texts. */
  readonly data?: Readonly<Record<string, string>>;
}

/** A usage event from a plain record of texts; what reads as a decimal is a number. */
export function plainSample({
  time = 0,
  offset = 0,
  index = 0,
  data = {},
}: PlainEvent): UsageSample {
  const read = (name: string): string | undefined =>
    Object.hasOwn(data, name) ? data[name] : undefined;
  return {
    time,
    offset,
    index,
    text: read,
    decimal: (name) => {
      const text = read(name);
      return text === undefined ? undefined : (parseQuantity(text) ?? 'not-a-number');
    },
  };
}
