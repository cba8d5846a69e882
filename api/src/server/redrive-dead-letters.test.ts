import { columnsEvent, decodeLogRecord, deriveKeys, partitionOf } from '@tidemark/ingest/contract';
import type { LogAppend } from '@tidemark/ingest/log';
import { describe, expect, it } from 'vitest';
import { redriveDeadLetters } from './redrive-dead-letters.ts';

const keys = deriveKeys(new Uint8Array(32).fill(3));
const partitionCount = 4;

const event = (id: string, data: Record<string, unknown> = { bytes: '1.5' }) => ({
  id,
  source: 'edge',
  type: 'call',
  subject: `customer-${id}`,
  time: '2015-05-17T10:05:03Z',
  data,
});
const letterOf = (id: string, data?: Record<string, unknown>) => ({
  id,
  payload: JSON.stringify(event(id, data)),
});

/** Redrives letters that a list has in pages of two. */
async function redrive(
  letters: readonly Record<string, unknown>[],
  limit = 1000,
): Promise<{ answer: unknown; records: LogAppend[] }> {
  const records: LogAppend[] = [];
  const answer = await redriveDeadLetters(
    {
      keys,
      eventLog: {
        partitionCount,
        append: (appended) => {
          records.push(...appended);
          return Promise.resolve(appended.map(() => 0));
        },
      },
      list: ({ cursor, limit: most }) => {
        const from = Number(cursor ?? 0);
        const to = Math.min(from + Math.min(2, most), letters.length);
        const nextCursor = to < letters.length ? String(to) : null;
        return Promise.resolve({ data: letters.slice(from, to), nextCursor });
      },
    },
    { tenant: 'acme', limit },
  );
  return { answer, records };
}

function eventsIn(records: readonly LogAppend[]): unknown[] {
  return records.flatMap(({ partition, ...record }) => {
    const message = decodeLogRecord(record, keys);
    if (message.kind !== 'envelope') throw new Error(message.kind);
    expect(message.backfill).toBe(true);
    return Array.from({ length: message.columns.count }, (_, row) => {
      const { tenant, subject, id, data } = columnsEvent(message.columns, row);
      expect(partitionOf(tenant, subject, partitionCount)).toBe(partition);
      return { tenant, id, data };
    });
  });
}

describe('redriving dead letters', () => {
  it('writes the events as envelopes of backfill, each to its own partition', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const { answer, records } = await redrive(ids.map((id) => letterOf(id)));
    expect(answer).toEqual({ redriven: 5, left: 0 });
    expect(eventsIn(records)).toHaveLength(5);
    expect(eventsIn(records)).toEqual(
      expect.arrayContaining(ids.map((id) => ({ tenant: 'acme', id, data: { bytes: '1.5' } }))),
    );
  });

  it('takes a whole record that is one readable event after all', async () => {
    const payload = Buffer.from(JSON.stringify(event('w'))).toString('base64');
    const { answer, records } = await redrive([{ id: '', payload }]);
    expect(answer).toEqual({ redriven: 1, left: 0 });
    expect(eventsIn(records)).toMatchObject([{ id: 'w' }]);
  });

  it('leaves what nobody can read and what was cut', async () => {
    const whole = letterOf('x').payload;
    const { answer, records } = await redrive([
      { id: '', payload: Buffer.from('{"torn": 1').toString('base64') },
      { id: 'x', payload: whole.slice(0, -10) },
      { id: 'y', payload: null },
    ]);
    expect(answer).toEqual({ redriven: 0, left: 3 });
    expect(records).toEqual([]);
  });

  it('looks at no more than the limit', async () => {
    const { answer } = await redrive(
      ['a', 'b', 'c', 'd'].map((id) => letterOf(id)),
      3,
    );
    expect(answer).toEqual({ redriven: 3, left: 0 });
  });

  it('cuts envelopes that would be too large for the log', async () => {
    const long = { text: 'x'.repeat(60_000) };
    const same = Array.from({ length: 20 }, (_, index) => ({
      id: `e${index}`,
      payload: JSON.stringify({ ...event(`e${index}`, long), subject: 'one' }),
    }));
    const { answer, records } = await redrive(same);
    expect(answer).toEqual({ redriven: 20, left: 0 });
    for (const { value } of records) expect(value.length).toBeLessThan(1_000_000);
    expect(eventsIn(records)).toHaveLength(20);
  });
});
