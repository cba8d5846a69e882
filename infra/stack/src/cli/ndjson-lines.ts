/**
 * The lines of an NDJSON stream. Only a line feed ends one: the readline of Node also splits at U+2028, U+2029 and a lone
 * carriage return, all of which may stand in the middle of a JSON document. A byte order mark at the start is dropped.
 */
export async function* ndjsonLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  // Parts of a line that has not ended: long lines arrive in many chunks, and joining them again each time would be slow.
  let parts: string[] = [];
  for await (const chunk of input) {
    const [first = '', ...others] = decoder.decode(chunk, { stream: true }).split('\n');
    parts.push(first);
    for (const next of others) {
      yield parts.join('');
      parts = [next];
    }
  }
  const last = parts.join('') + decoder.decode();
  if (last !== '') yield last;
}
