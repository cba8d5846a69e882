import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ndjsonLines } from './ndjson-lines.ts';

async function linesOf(...chunks: (string | Uint8Array)[]): Promise<string[]> {
  const lines: string[] = [];
  const bytes = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
  for await (const line of ndjsonLines(bytes)) lines.push(line);
  return lines;
}

describe('lines of NDJSON', () => {
  it('end at a line feed, with or without one at the end', async () => {
    expect(await linesOf('1\n2\n')).toEqual(['1', '2']);
    expect(await linesOf('1\n\n2')).toEqual(['1', '', '2']);
    expect(await linesOf()).toEqual([]);
  });

  it('may come in many chunks, also in the middle of a character', async () => {
    const [left, right] = ['"ä"\n"ö"']
      .map((text) => Buffer.from(text))
      .flatMap((bytes) => [bytes.subarray(0, 2), bytes.subarray(2)]);
    expect(await linesOf(left!, right!)).toEqual(['"ä"', '"ö"']);
    expect(await linesOf('{"a"', ':1', '}\n{', '}')).toEqual(['{"a":1}', '{}']);
  });

  it('do not end at separators that JSON allows inside a document', async () => {
    expect(await linesOf('{"a":\r"\u2028\u2029"}\r\n2')).toEqual(['{"a":\r"\u2028\u2029"}\r', '2']);
  });

  it('begin after a byte order mark', async () => {
    expect(await linesOf('\ufeff{}\n{}')).toEqual(['{}', '{}']);
  });
});
