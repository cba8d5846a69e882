/** ClickHouse takes 128 KiB in one parameter; quotes, commas and escapes need room. */
const batchBytesMax = 64 * 1024;
const batchTextsMax = 2000;

/** Splits texts, in order, into lists that fit into one parameter. */
export function* batchesOfTexts(texts: readonly string[]): Generator<string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    const size = Buffer.byteLength(text) + 3;
    if (batch.length > 0 && (bytes + size > batchBytesMax || batch.length >= batchTextsMax)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(text);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
