/** A log record as the rating step takes it. */
export interface RatingRecord {
  readonly offset: number;
  readonly logTimeMs: number;
  readonly key: string | null;
  readonly value: Uint8Array;
  readonly headers: Readonly<Record<string, Uint8Array>>;
}
