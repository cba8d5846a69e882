import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryEvents } from '../../test/contract/arbitrary-events.ts';
import { columnsEvent } from './canonical-data.ts';
import { canonicalJson } from './canonical-json.ts';
import { ColumnsBuilder } from './columns-builder.ts';
import { deriveKeys } from './log-keys.ts';
import type { CatalogEpochMarker, LogMessage } from './log-message.ts';
import {
  decodeLogRecord,
  encodeControl,
  encodeEnvelope,
  encodeSkip,
  restampEnvelope,
} from './log-message-codec.ts';
import type { AcceptedEvent } from './usage-event.ts';

const keys = deriveKeys(new Uint8Array(32).fill(7));
const mark = { gatewayId: 'gw-1', sequence: 12, ackedThrough: 10 };
const marker: CatalogEpochMarker = {
  type: 'catalog-epoch',
  epoch: 3,
  rulesVersion: 1,
  changesHash: 'ab'.repeat(32),
};
const utf8 = (text: string) => new TextEncoder().encode(text);

function columnsOf(events: readonly AcceptedEvent[]) {
  const builder = new ColumnsBuilder();
  for (const event of events) builder.add(event);
  return builder.build();
}

function eventsOf(message: LogMessage): string[] {
  if (message.kind !== 'envelope' && message.kind !== 'foreign') return [];
  const { columns } = message;
  return Array.from({ length: columns.count }, (_, row) => {
    const { data, ...attributes } = columnsEvent(columns, row);
    return canonicalJson({ ...attributes, data });
  });
}

const sample = columnsOf([
  {
    tenant: 'acme',
    id: 'r-1',
    source: 'edge',
    type: 't',
    subject: 's',
    time: 1_431_857_103_000_000,
    data: { bytes: 203023, kind: 'image' },
  },
]);
const envelope = { key: null, ...encodeEnvelope(sample, mark, false, keys) };
const control = { key: null, ...encodeControl(marker, keys) };

describe('envelopes', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(arbitraryEvents, fc.boolean(), (events, backfill) => {
        const record = encodeEnvelope(columnsOf(events), mark, backfill, keys);
        const message = decodeLogRecord({ key: null, ...record }, keys);
        expect(message).toMatchObject({ kind: 'envelope', backfill, gateway: mark });
        const canonical = events.map(({ data, ...attributes }) =>
          canonicalJson({ ...attributes, data }),
        );
        expect(eventsOf(message)).toEqual(canonical);
      }),
    );
  });

  it('sent again say when, and stay what they are', () => {
    const stamped = encodeEnvelope(sample, { ...mark, sentAtMs: 1000 }, true, keys);
    const again = restampEnvelope(stamped, 5000, keys);
    expect(decodeLogRecord({ key: null, ...stamped }, keys)).toMatchObject({
      gateway: { ...mark, sentAtMs: 1000 },
    });
    const message = decodeLogRecord({ key: null, ...again }, keys);
    expect(message).toMatchObject({
      kind: 'envelope',
      backfill: true,
      gateway: { ...mark, sentAtMs: 5000 },
    });
    expect(eventsOf(message)).toHaveLength(1);
    expect(again.value).toEqual(stamped.value);
  });

  it('say in plain headers what they hold', () => {
    const text = (name: string) => new TextDecoder().decode(envelope.headers[name]);
    expect(Object.keys(envelope.headers).sort()).toEqual([
      ...['tm-acked', 'tm-backfill', 'tm-crc', 'tm-gw', 'tm-hmac', 'tm-kind', 'tm-mac'],
      ...['tm-max', 'tm-min', 'tm-n', 'tm-seq', 'tm-v'],
    ]);
    expect(text('tm-n')).toBe('1');
    expect(text('tm-min')).toBe('1431857103000000');
    expect(text('tm-crc')).toMatch(/^[0-9a-f]{8}$/);
  });

  it('with a flipped bit in the value are damage, never other events', () => {
    fc.assert(
      fc.property(fc.nat(envelope.value.length * 8 - 1), (bit) => {
        const value = envelope.value.slice();
        value[bit >> 3]! ^= 1 << (bit & 7);
        expect(decodeLogRecord({ ...envelope, value }, keys).kind).toBe('corrupt');
      }),
    );
  });

  it('with random damage anywhere never give other events', () => {
    const names = Object.keys(envelope.headers);
    const damage = fc.record({
      part: fc.constantFrom('value', ...names),
      at: fc.nat(500),
      mask: fc.integer({ min: 1, max: 255 }),
    });
    fc.assert(
      fc.property(fc.array(damage, { minLength: 1, maxLength: 4 }), (damages) => {
        const value = envelope.value.slice();
        const headers = Object.fromEntries(
          Object.entries(envelope.headers).map(([name, bytes]) => [name, bytes.slice()]),
        );
        for (const { part, at, mask } of damages) {
          const bytes = part === 'value' ? value : headers[part]!;
          bytes[at % bytes.length]! ^= mask;
        }
        const same =
          Buffer.compare(value, envelope.value) === 0 &&
          names.every((name) => Buffer.compare(headers[name]!, envelope.headers[name]!) === 0);
        const { kind } = decodeLogRecord({ key: null, value, headers }, keys);
        expect(same ? ['envelope'] : ['corrupt', 'poison']).toContain(kind);
      }),
      { numRuns: 500 },
    );
  });

  it('of another installation are poison', () => {
    const other = deriveKeys(new Uint8Array(32).fill(8));
    expect(decodeLogRecord(envelope, other)).toMatchObject({
      kind: 'poison',
      reason: 'log/bad-mac',
    });
  });

  it('with a header more or less, or the headers of another, are poison', () => {
    const more = { ...envelope.headers, 'tm-x': utf8('1') };
    const less: Record<string, Uint8Array> = { ...envelope.headers };
    delete less['tm-mac'];
    const later = encodeEnvelope(sample, { ...mark, sequence: 13 }, false, keys);
    const swapped = { ...envelope.headers, 'tm-seq': later.headers['tm-seq']! };
    for (const headers of [more, less, swapped]) {
      const message = decodeLogRecord({ ...envelope, headers }, keys);
      expect(message).toMatchObject({ kind: 'poison', reason: 'log/bad-mac' });
    }
  });

  it('need the MAC over the value too: a value with the same CRC is a forgery', () => {
    // The headers of a true record under another value whose CRC32C is the same: what only the second MAC can tell.
    const headers = { ...envelope.headers };
    const forged = withCrcOf(envelope.value);
    const message = decodeLogRecord({ key: null, value: forged, headers }, keys);
    expect(message).toMatchObject({ kind: 'poison', reason: 'log/bad-mac' });
  });
});

describe('control records', () => {
  it('come back as they were written', () => {
    expect(decodeLogRecord(control, keys)).toEqual({ kind: 'control', control: marker });
  });

  it('cannot be made of an envelope, nor an envelope of them', () => {
    const headers = { ...control.headers, 'tm-kind': utf8('envelope') };
    expect(decodeLogRecord({ ...control, headers }, keys).kind).toBe('poison');
  });

  it('that let a partition pass a hole come back, and are poison where a field is missing', () => {
    const skip = {
      type: 'partition-skip',
      incarnation: 1,
      partition: 2,
      from: 3,
      to: 5,
      reason: 'gone',
      by: 'key_1',
      atMs: 9,
    } as const;
    const decode = (given: unknown) =>
      decodeLogRecord({ key: null, ...encodeSkip(given as typeof skip, keys) }, keys);
    expect(decode(skip)).toEqual({ kind: 'skip', skip });
    expect(decode({ ...skip, to: undefined })).toMatchObject({ reason: 'log/bad-control' });
    expect(decode({ ...skip, by: 7 })).toMatchObject({ reason: 'log/bad-control' });
  });

  it('of foreign producers are poison', () => {
    const headers = { 'tm-kind': utf8('control'), 'tm-v': utf8('1') };
    const value = utf8(JSON.stringify(marker));
    expect(decodeLogRecord({ key: null, value, headers }, keys)).toMatchObject({
      reason: 'log/bad-mac',
    });
  });
});

describe('foreign records', () => {
  const event = {
    specversion: '1.0',
    id: 'r-1',
    source: 'edge',
    type: 't',
    subject: 's:1',
    time: '2015-05-17T10:05:03Z',
    data: { bytes: 1.5 },
  };
  const decode = (value: Uint8Array | string, key: string | null = 'acme:s:1') =>
    decodeLogRecord(
      { key, value: typeof value === 'string' ? utf8(value) : value, headers: { a: utf8('b') } },
      keys,
    );

  it('are one event of the tenant and subject that the key names', () => {
    const message = decode(JSON.stringify(event));
    expect(message.kind).toBe('foreign');
    expect(eventsOf(message)).toEqual([
      '{"data":{"bytes":1.5},"id":"r-1","source":"edge","subject":"s:1","tenant":"acme","time":1431857103000000,"type":"t"}',
    ]);
  });

  it.each<[string, Uint8Array | string, string | null, string]>([
    ['no key', JSON.stringify(event), null, 'log/bad-key'],
    ['a key without tenant', JSON.stringify(event), 's', 'log/bad-key'],
    ['a tenant of other letters', JSON.stringify(event), 'ACME:s:1', 'log/bad-key'],
    ['another subject', JSON.stringify(event), 'acme:s', 'log/bad-key'],
    ['no JSON', '{', 'acme:s', 'log/not-json'],
    ['nothing', '', 'acme:s', 'log/not-json'],
    ['no UTF-8', Uint8Array.of(0x22, 0xff, 0x22), 'acme:s', 'log/not-json'],
    ['a list', '[]', 'acme:s', 'ingest/not-an-object'],
    ['no id', '{}', 'acme:s', 'ingest/missing-field'],
    [
      'a lossy number',
      JSON.stringify(event).replace('1.5', '1e400'),
      'acme:s:1',
      'ingest/number-not-exact',
    ],
    ['two megabytes', ' '.repeat(2 ** 21), 'acme:s', 'ingest/event-too-large'],
  ])('are poison with %s', (_, value, key, reason) => {
    expect(decode(value, key)).toMatchObject({ kind: 'poison', reason });
  });
});

describe('decodeLogRecord', () => {
  it('is total', () => {
    const headerName = fc.constantFrom('tm-kind', 'tm-crc', 'tm-mac', 'tm-hmac', '__proto__', 'x');
    const bytes = fc.uint8Array({ maxLength: 80 });
    fc.assert(
      fc.property(
        fc.option(fc.string(), { nil: null }),
        bytes,
        fc.dictionary(headerName, bytes),
        (key, value, headers) => {
          expect(decodeLogRecord({ key, value, headers }, keys).kind).toBe('poison');
        },
      ),
    );
  });
});

describe('deriveKeys', () => {
  it('gives each purpose its own key and refuses a key of another length', () => {
    expect(keys.logMac).toHaveLength(32);
    expect(keys.fingerprint).toHaveLength(16);
    expect(keys.logMac.slice(0, 16)).not.toEqual(keys.fingerprint);
    expect(() => deriveKeys(new Uint8Array(31))).toThrow('32 bytes');
  });
});

/** A value unlike `value` whose CRC32C is the same: CRC is linear, so adding its own polynomial changes nothing. */
function withCrcOf(value: Uint8Array): Uint8Array {
  const forged = value.slice();
  // x^32 + ... of Castagnoli, 33 bits, reflected: least significant bit first within bytes.
  let polynomial = (0x82f63b78n << 1n) | 1n;
  for (let at = 8; polynomial > 0n; at++, polynomial >>= 8n) {
    forged[at]! ^= Number(polynomial & 0xffn);
  }
  return forged;
}
