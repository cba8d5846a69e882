/**
 * Numbers as little-endian bytes, and lists of strings as lengths plus one block of UTF-8: the leaves of the columnar
 * format. Runs in browsers too.
 */
export type IndexArray = Uint8Array | Uint16Array | Uint32Array;

const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** The bytes of a typed array in little-endian order. */
export function toBytes(numbers: IndexArray | Int8Array | Int16Array | Int32Array | Float64Array) {
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return hostIsLittleEndian ? bytes : swapBytes(bytes.slice(), numbers.BYTES_PER_ELEMENT);
}

/** A fresh, aligned copy of little-endian bytes, ready to be viewed as a typed array of `width` bytes an element. */
export function alignedCopy(bytes: Uint8Array, width: number): ArrayBuffer {
  const copy = new Uint8Array(bytes.byteLength);
  copy.set(bytes);
  if (!hostIsLittleEndian) swapBytes(copy, width);
  return copy.buffer;
}

/** Reverses every group of `width` bytes in place. */
export function swapBytes(bytes: Uint8Array, width: number): Uint8Array {
  for (let from = 0; from + width <= bytes.length; from += width) {
    bytes.subarray(from, from + width).reverse();
  }
  return bytes;
}

/** Bytes an element that numbers 0 to `max` need: 1, 2 or 4. */
export function indexWidth(max: number): 1 | 2 | 4 {
  return max < 0x100 ? 1 : max < 0x10000 ? 2 : 4;
}

/** An unsigned array of the least width that holds `max`; `values` itself when it has that width. */
export function packIndices(values: readonly number[] | IndexArray, max: number): IndexArray {
  const width = indexWidth(max);
  if ('BYTES_PER_ELEMENT' in values && values.BYTES_PER_ELEMENT === width) return values;
  // Constructors, not `from`: those go through an iterator, element by element.
  if (width === 1) return new Uint8Array(values);
  return width === 2 ? new Uint16Array(values) : new Uint32Array(values);
}

/** Reads what `packIndices` wrote; undefined unless the bytes hold exactly `count` numbers. */
export function unpackIndices(bytes: Uint8Array, count: number): IndexArray | undefined {
  if (count === 0) return bytes.byteLength === 0 ? new Uint8Array(0) : undefined;
  switch (bytes.byteLength / count) {
    case 1:
      return new Uint8Array(alignedCopy(bytes, 1));
    case 2:
      return new Uint16Array(alignedCopy(bytes, 2));
    case 4:
      return new Uint32Array(alignedCopy(bytes, 4));
    default:
      return undefined;
  }
}

/** Safe integers in the least of 1, 2, 4 (signed) or 8 (double) bytes each. */
export function packIntegers(integers: Float64Array): Uint8Array {
  let min = 0;
  let max = 0;
  for (const integer of integers) {
    if (integer < min) min = integer;
    if (integer > max) max = integer;
  }
  if (min >= -0x80 && max < 0x80) return toBytes(new Int8Array(integers));
  if (min >= -0x8000 && max < 0x8000) return toBytes(new Int16Array(integers));
  if (min >= -0x8000_0000 && max < 0x8000_0000) return toBytes(new Int32Array(integers));
  return toBytes(integers);
}

/** Reads what `packIntegers` wrote; undefined unless the bytes hold exactly `count` safe integers. */
export function unpackIntegers(bytes: Uint8Array, count: number): Float64Array | undefined {
  switch (bytes.byteLength / count) {
    case 1:
      return new Float64Array(new Int8Array(alignedCopy(bytes, 1)));
    case 2:
      return new Float64Array(new Int16Array(alignedCopy(bytes, 2)));
    case 4:
      return new Float64Array(new Int32Array(alignedCopy(bytes, 4)));
    case 8:
      return safeIntegers(new Float64Array(alignedCopy(bytes, 8)));
    default:
      return undefined;
  }
}

function safeIntegers(numbers: Float64Array): Float64Array | undefined {
  for (let index = 0; index < numbers.length; index++) {
    const value = numbers[index] as number;
    if (!Number.isSafeInteger(value)) return undefined;
    if (value === 0) numbers[index] = 0;
  }
  return numbers;
}

/** [number of strings, UTF-8 length of each, all strings one after the other]. */
export type StringList = readonly [count: number, lengths: Uint8Array, text: Uint8Array];

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function packStrings(strings: readonly string[]): StringList {
  const joined = strings.join('');
  const text = encoder.encode(joined);
  const ascii = text.byteLength === joined.length;
  const lengths = new Uint32Array(strings.length);
  let max = 0;
  for (let index = 0; index < strings.length; index++) {
    const value = strings[index] as string;
    const length = ascii ? value.length : encoder.encode(value).byteLength;
    lengths[index] = length;
    if (length > max) max = length;
  }
  return [strings.length, toBytes(packIndices(lengths, max)), text];
}

/**
 * Reads what `packStrings` wrote; undefined when the lengths do not fit or a string is not UTF-8. `detached`: the strings
 * do not keep the whole block alive, so that a reader may hold single ones for long.
 */
export function unpackStrings(
  [count, lengthBytes, bytes]: StringList,
  detached: boolean,
): string[] | undefined {
  const lengths = unpackIndices(lengthBytes, count);
  if (lengths === undefined) return undefined;
  const strings = new Array<string>(count);
  let at = 0;
  try {
    const text = decoder.decode(bytes);
    // In ASCII text a byte is a character, so a string is a slice of the decoded text.
    const ascii = text.length === bytes.byteLength;
    for (let index = 0; index < count; index++) {
      const end = at + (lengths[index] as number);
      if (end > bytes.byteLength) return undefined;
      if (!ascii) strings[index] = decoder.decode(bytes.subarray(at, end));
      else strings[index] = detached ? asciiText(bytes, at, end) : text.slice(at, end);
      at = end;
    }
  } catch {
    return undefined;
  }
  return at === bytes.byteLength ? strings : undefined;
}

/**
 * A string of its own: a long slice of another string would keep that one in memory. The array is not spread from the
 * bytes: their iterator takes five times as long as this loop.
 */
function asciiText(bytes: Uint8Array, from: number, to: number): string {
  if (to - from > 64) return decoder.decode(bytes.subarray(from, to));
  const units: number[] = [];
  for (let at = from; at < to; at++) units.push(bytes[at] as number);
  return String.fromCharCode(...units);
}
