/**
 * ClickHouse's Native format, reading side: decodes the blocks of a query's result into columns, for the types that
 * native-block.ts writes and the plain integers and floats that queries derive from them.
 */
import { AppError } from '@tidemark/platform/errors';

/** One decoded column; `kind` says how `values` are held. Row `i` is `values[i]` (`bytes`: `width` bytes a row). */
export type NativeColumn =
  | { readonly kind: 'text'; readonly name: string; readonly values: readonly string[] }
  /** Integers up to 32 bits, and floats. */
  | { readonly kind: 'number'; readonly name: string; readonly values: ArrayLike<number> }
  /** 64-bit integers and `DateTime64` ticks. */
  | {
      readonly kind: 'integer';
      readonly name: string;
      readonly values: BigInt64Array | BigUint64Array;
    }
  /** Scaled integers of a decimal; `null` in a nullable column. */
  | { readonly kind: 'decimal'; readonly name: string; readonly values: readonly (bigint | null)[] }
  | {
      readonly kind: 'bytes';
      readonly name: string;
      readonly width: number;
      readonly values: Uint8Array;
    };

export interface NativeBlock {
  readonly rows: number;
  readonly columns: readonly NativeColumn[];
}

/** Decodes all blocks of a result; blocks without rows are left out. Throws `rater/native-format` on anything else. */
export function decodeNativeBlocks(bytes: Uint8Array): NativeBlock[] {
  const reader = new NativeReader(bytes);
  const blocks: NativeBlock[] = [];
  while (!reader.atEnd) {
    const columnCount = reader.varint();
    const rows = reader.varint();
    const columns: NativeColumn[] = [];
    for (let i = 0; i < columnCount; i++) {
      const name = reader.text();
      columns.push(reader.column(name, reader.text(), rows));
    }
    if (rows > 0) blocks.push({ rows, columns });
  }
  return blocks;
}

/** The named column of a block; throws `rater/native-format` when it is absent or held otherwise. */
export function nativeColumn<Kind extends NativeColumn['kind']>(
  block: NativeBlock,
  name: string,
  kind: Kind,
): Extract<NativeColumn, { kind: Kind }> {
  const column = block.columns.find((candidate) => candidate.name === name);
  if (column?.kind !== kind) throw malformed(`no ${kind} column ${name}`);
  // The comparison above is what makes this cast true; TypeScript cannot follow it through the generic.
  return column as Extract<NativeColumn, { kind: Kind }>;
}

const decoder = new TextDecoder();

class NativeReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    // A plain view: what a Buffer calls `slice` would share its memory.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): number {
    let value = 0;
    let unit = 1;
    for (;;) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw malformed('it ends inside a length');
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
      unit *= 0x80;
      if (unit > Number.MAX_SAFE_INTEGER) throw malformed('a length is too long');
    }
  }

  text(): string {
    return decoder.decode(this.#take(this.varint()));
  }

  column(name: string, type: string, rows: number): NativeColumn {
    if (type === 'String') return { kind: 'text', name, values: this.#texts(rows) };
    if (type === 'LowCardinality(String)') {
      return { kind: 'text', name, values: this.#lowCardinality(rows) };
    }
    const fixed = /^FixedString\((\d+)\)$/.exec(type);
    if (fixed !== null) {
      const width = Number(fixed[1]);
      return { kind: 'bytes', name, width, values: this.#take(rows * width).slice() };
    }
    const decimal = /^(Nullable\()?Decimal\((\d+), \d+\)\)?$/.exec(type);
    if (decimal !== null) {
      const values = this.#decimals(rows, Number(decimal[2]), decimal[1] !== undefined);
      return { kind: 'decimal', name, values };
    }
    return this.#fixedWidth(name, type, rows);
  }

  #fixedWidth(name: string, type: string, rows: number): NativeColumn {
    switch (type) {
      case 'UInt8':
      case 'Bool':
        return { kind: 'number', name, values: new Uint8Array(this.#aligned(rows)) };
      case 'UInt16':
        return { kind: 'number', name, values: new Uint16Array(this.#aligned(rows * 2)) };
      case 'UInt32':
        return { kind: 'number', name, values: new Uint32Array(this.#aligned(rows * 4)) };
      case 'Int32':
        return { kind: 'number', name, values: new Int32Array(this.#aligned(rows * 4)) };
      case 'Float64':
        return { kind: 'number', name, values: new Float64Array(this.#aligned(rows * 8)) };
      case 'UInt64':
        return { kind: 'integer', name, values: new BigUint64Array(this.#aligned(rows * 8)) };
      default:
        if (type !== 'Int64' && !type.startsWith('DateTime64(')) {
          throw malformed(`column ${name} has the type ${type}`);
        }
        return { kind: 'integer', name, values: new BigInt64Array(this.#aligned(rows * 8)) };
    }
  }

  #texts(rows: number): string[] {
    const values = new Array<string>(rows);
    for (let row = 0; row < rows; row++) values[row] = this.text();
    return values;
  }

  #lowCardinality(rows: number): string[] {
    if (rows === 0) return [];
    if (this.#integer64() !== 1n) throw malformed('an unknown version of LowCardinality');
    const flags = this.#integer64();
    const dictionary = this.#texts(Number(this.#integer64()));
    if (Number(this.#integer64()) !== rows) throw malformed('LowCardinality rows do not add up');
    const width = 1 << Number(flags & 0xffn);
    const codes =
      width === 1
        ? new Uint8Array(this.#aligned(rows))
        : width === 2
          ? new Uint16Array(this.#aligned(rows * 2))
          : new Uint32Array(this.#aligned(rows * 4));
    return Array.from(codes, (code) => {
      const text = dictionary[code];
      if (text === undefined) throw malformed('a LowCardinality index has no entry');
      return text;
    });
  }

  #decimals(rows: number, precision: number, nullable: boolean): (bigint | null)[] {
    const nulls = nullable ? this.#take(rows).slice() : undefined;
    const width = precision <= 9 ? 4 : precision <= 18 ? 8 : precision <= 38 ? 16 : 32;
    const values: (bigint | null)[] = [];
    for (let row = 0; row < rows; row++) {
      const bytes = this.#take(width);
      let value = 0n;
      for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
      values.push(nulls?.[row] === 1 ? null : BigInt.asIntN(width * 8, value));
    }
    return values;
  }

  #integer64(): bigint {
    return new BigUint64Array(this.#aligned(8))[0] ?? 0n;
  }

  /** A copy, because a typed array needs an aligned buffer. */
  #aligned(count: number): ArrayBuffer {
    return new Uint8Array(this.#take(count)).buffer;
  }

  #take(count: number): Uint8Array {
    const end = this.#at + count;
    if (end > this.#bytes.length) throw malformed('it ends inside a column');
    const view = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return view;
  }
}

function malformed(detail: string): AppError {
  return new AppError(
    'invariant',
    'rater/native-format',
    `The Native result is malformed: ${detail}.`,
  );
}
