/**
 * Accepted events as flat lists, the way from JSON text to columns without an object an event: what `PlainEventScanner`
 * fills and `ColumnsBuilder.addPlain` reads. One instance is filled again and again; its content is valid until then.
 */
import type { Instant } from '@tidemark/platform/clock';

/** Kinds of property values; the only ones that plain events have. */
export const plainKind = { number: 0, string: 1, boolean: 2 } as const;

export class PlainEvents {
  /** Whose events these are. */
  tenant = '';
  /** Events; what stands behind them in the lists is left from another filling. */
  length = 0;
  readonly subjects: string[] = [];
  readonly sources: string[] = [];
  readonly types: string[] = [];
  readonly times: Instant[] = [];
  /** Sixteen bytes an event, where its id is a canonical UUID. */
  ids = new Uint8Array(64 * 16);
  /** Any other id; `undefined` for a UUID. */
  readonly idTexts: (string | undefined)[] = [];
  /** Properties of event `i` stand at `[propertyEnds[i - 1] ?? 0, propertyEnds[i])` of the lists below. */
  readonly propertyEnds: number[] = [];
  readonly names: string[] = [];
  readonly kinds: number[] = [];
  /** Value of a number: `integers[k]` x 10^-`scales[k]`, at the least scale; of a boolean: 1 or 0. */
  readonly integers: number[] = [];
  readonly scales: number[] = [];
  /** Value of a string. */
  readonly texts: string[] = [];

  /** Where the properties of event `index` begin. */
  propertyStart(index: number): number {
    return index === 0 ? 0 : (this.propertyEnds[index - 1] as number);
  }

  reserveId(): void {
    if ((this.length + 1) * 16 <= this.ids.length) return;
    const grown = new Uint8Array(this.ids.length * 2);
    grown.set(this.ids);
    this.ids = grown;
  }
}
