/**
 * A growing byte buffer that hot loops write into: reserve room once, then store bytes by position. One buffer lives as
 * long as its column builder, so that a steady stream of blocks allocates nothing but the blocks themselves.
 */
const encoder = new TextEncoder();

/** Longest UTF-8 form of one UTF-16 code unit. */
const utf8BytesMax = 3;

export class ByteWriter {
  bytes: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(capacity = 1024) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Makes room for `count` more bytes; afterwards `bytes` may be another array. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Copies `source[from, to)`; short pieces by a loop, which beats the call for them. */
  copy(source: Uint8Array, from = 0, to: number = source.length): void {
    const count = to - from;
    this.reserve(count);
    if (count > 96) this.bytes.set(source.subarray(from, to), this.length);
    else {
      const { bytes, length } = this;
      for (let i = 0; i < count; i++) bytes[length + i] = source[from + i] ?? 0;
    }
    this.length += count;
  }

  /** Unsigned LEB128, below 2^53. */
  varint(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.length++] = rest;
  }

  /** Puts a length of two bytes or more before the last `length` bytes, in place of the one byte left for it at `start`. */
  widenLength(start: number, length: number): void {
    let extra = 0;
    for (let rest = length; rest >= 0x80; rest = Math.floor(rest / 0x80)) extra++;
    this.reserve(extra);
    const end = this.length;
    this.bytes.copyWithin(start + 1 + extra, start + 1, end);
    this.length = start;
    this.varint(length);
    this.length = end + extra;
  }

  /** UTF-8 without a length; answers the number of bytes. */
  utf8(text: string): number {
    this.reserve(text.length * utf8BytesMax);
    const { written } = encoder.encodeInto(text, this.bytes.subarray(this.length));
    this.length += written;
    return written;
  }

  /** A length-prefixed UTF-8 text, as ClickHouse's `String` has it. */
  text(text: string): void {
    const start = this.length;
    if (text.length < 0x80) {
      this.reserve(text.length + 1);
      const { bytes } = this;
      bytes[start] = text.length;
      let i = 0;
      for (; i < text.length; i++) {
        const unit = text.charCodeAt(i);
        if (unit > 0x7f) break;
        bytes[start + 1 + i] = unit;
      }
      if (i === text.length) {
        this.length = start + 1 + i;
        return;
      }
    }
    const encoded = encoder.encode(text);
    this.varint(encoded.length);
    this.copy(encoded);
  }

  uint64(value: number): void {
    this.uint32(value % 0x1_0000_0000);
    this.uint32(Math.floor(value / 0x1_0000_0000));
  }

  uint32(value: number): void {
    this.reserve(4);
    const { bytes, length } = this;
    bytes[length] = value & 0xff;
    bytes[length + 1] = (value >>> 8) & 0xff;
    bytes[length + 2] = (value >>> 16) & 0xff;
    bytes[length + 3] = value >>> 24;
    this.length += 4;
  }

  clear(): void {
    this.length = 0;
  }

  /** A copy that owns its memory. */
  take(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }
}
