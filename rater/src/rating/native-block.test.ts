import { describe, expect, it } from 'vitest';
import { NativeBlockBuilder } from './native-block.ts';
import { decodeNativeBlocks, nativeColumn } from './native-reader.ts';
import { rowTables } from './rows.ts';

const columns = [
  ['text', 'String'],
  ['word', 'LowCardinality(String)'],
  ['small', 'UInt8'],
  ['medium', 'UInt16'],
  ['large', 'UInt32'],
  ['huge', 'UInt64'],
  ['time', "DateTime64(6, 'UTC')"],
  ['hash', 'FixedString(16)'],
  ['amount', 'Decimal(76, 36)'],
  ['quantity', 'Nullable(Decimal(76, 18))'],
] as const;

describe('NativeBlockBuilder', () => {
  it('writes the bytes that ClickHouse documents', () => {
    const block = new NativeBlockBuilder([
      ['a', 'String'],
      ['b', 'UInt16'],
    ] as const);
    block.columns.a.append('hé');
    block.columns.b.append(258);
    expect(Buffer.from(block.take() ?? []).toString('hex')).toBe(
      ['0201', '0161', '06', Buffer.from('String').toString('hex'), '0368c3a9']
        .concat('0162', '06', Buffer.from('UInt16').toString('hex'), '0201')
        .join(''),
    );
  });

  it('writes a dictionary and the narrowest indices for LowCardinality', () => {
    const block = new NativeBlockBuilder([['w', 'LowCardinality(String)']] as const);
    for (const word of ['x', 'y', 'x']) block.columns.w.append(word);
    const bytes = Buffer.from(block.take() ?? []);
    const data = bytes.subarray(bytes.indexOf('LowCardinality(String)') + 22).toString('hex');
    expect(data).toBe(
      ['0100000000000000', '0006000000000000', '0200000000000000', '01780179', '0300000000000000']
        .concat('000100')
        .join(''),
    );
  });

  it('comes back from the reader unchanged, block after block', () => {
    const builder = new NativeBlockBuilder(columns);
    const texts = Array.from({ length: 3000 }, (_, row) => `täxt ${'·'.repeat(row % 90)} ${row}`);
    const encoded = [0, 1].map((part) => {
      for (let row = part * 1500; row < (part + 1) * 1500; row++) {
        const to = builder.columns;
        to.text.append(texts[row]!);
        to.word.append(`w${row % 700}`);
        to.small.append(row % 256);
        to.medium.append(65_535 - row);
        to.large.append(4_294_967_295 - row);
        to.huge.append(Number.MAX_SAFE_INTEGER - row);
        to.time.append(-1 - row);
        to.hash.appendLanes(Uint32Array.of(row, 1, 2, 0xffff_ffff));
        to.amount.append(-(10n ** 75n) - BigInt(row));
        to.quantity.append(row % 2 === 0 ? null : BigInt(row));
      }
      return builder.take()!;
    });
    expect(builder.take()).toBeUndefined();
    const blocks = decodeNativeBlocks(Buffer.concat(encoded));
    expect(blocks.map(({ rows }) => rows)).toEqual([1500, 1500]);
    const row = 1499;
    const block = blocks[1]!;
    expect(nativeColumn(block, 'text', 'text').values[row]).toBe(texts[2999]);
    expect(nativeColumn(block, 'word', 'text').values[row]).toBe('w199');
    expect(nativeColumn(block, 'small', 'number').values[row]).toBe(2999 % 256);
    expect(nativeColumn(block, 'medium', 'number').values[row]).toBe(65_535 - 2999);
    expect(nativeColumn(block, 'large', 'number').values[row]).toBe(4_294_967_295 - 2999);
    expect(nativeColumn(block, 'huge', 'integer').values[row]).toBe(
      BigInt(Number.MAX_SAFE_INTEGER - 2999),
    );
    expect(nativeColumn(block, 'time', 'integer').values[row]).toBe(-3000n);
    expect(nativeColumn(block, 'hash', 'bytes').values.subarray(row * 16, row * 16 + 2)).toEqual(
      Uint8Array.of(2999 & 255, 2999 >> 8),
    );
    expect(nativeColumn(block, 'amount', 'decimal').values[row]).toBe(-(10n ** 75n) - 2999n);
    expect(nativeColumn(block, 'quantity', 'decimal').values.slice(row - 1)).toEqual([null, 2999n]);
  });

  it('has an encoder for every column that the rater writes', () => {
    for (const table of Object.values(rowTables)) {
      expect(() => new NativeBlockBuilder(table)).not.toThrow();
    }
  });

  it('refuses a block whose columns differ in length, and a decimal beyond 256 bits', () => {
    const builder = new NativeBlockBuilder(columns);
    builder.columns.text.append('alone');
    expect(() => builder.take()).toThrow('0 rows instead of 1');
    expect(() => builder.columns.amount.append(2n ** 255n)).toThrow('256 bits');
    expect(() => builder.columns.amount.append(null)).toThrow('no null');
  });

  it('refuses to read what is cut short', () => {
    const builder = new NativeBlockBuilder([['a', 'UInt64']] as const);
    builder.columns.a.append(1);
    const block = builder.take()!;
    expect(() => decodeNativeBlocks(block.subarray(0, block.length - 1))).toThrow(
      'inside a column',
    );
  });
});
