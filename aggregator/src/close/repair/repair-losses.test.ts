import { AppError } from '@tidemark/platform/errors';
import { describe, expect, it } from 'vitest';
import type { AuditFinding } from '../audit/audit-below-cut.ts';
import { repairLosses } from './repair-losses.ts';

const block: AuditFinding = { reason: 'audit-mismatch', partition: 1, offset: 65_536 };
const counts: AuditFinding = { reason: 'audit-counts', partition: 2, offset: 0 };

/** Asks for repairs one after the other; the audits answer what is given, the last one for ever. */
async function repaired(found: readonly AuditFinding[], audits: readonly AuditFinding[][]) {
  const ranges: unknown[] = [];
  let audit = 0;
  const left = await repairLosses(found, {
    reEmit: (range) => Promise.resolve(void ranges.push(range)),
    audit: () => Promise.resolve(audits[Math.min(audit++, audits.length - 1)] ?? []),
  });
  return { ranges, left };
}

describe('rows that are lost', () => {
  it('are written again block by block, and nothing more where that was all', async () => {
    const { ranges, left } = await repaired([counts, block], [[]]);
    expect(ranges).toEqual([{ partition: 1, from: 65_536, to: 131_072 }]);
    expect(left).toEqual([]);
  });

  it('are written again over the whole partition where no block tells which', async () => {
    const { ranges, left } = await repaired([counts, block], [[counts], []]);
    expect(ranges).toEqual([
      { partition: 1, from: 65_536, to: 131_072 },
      { partition: 2, from: 0, to: Infinity },
    ]);
    expect(left).toEqual([]);
  });

  it('stay findings where they cannot be written again', async () => {
    const refused = new AppError('conflict', 'rater/not-re-emitted', 'The log is shorter.');
    const left = await repairLosses([counts], {
      reEmit: () => Promise.reject(refused),
      audit: () => Promise.resolve([counts]),
    });
    expect(left).toEqual([counts]);
  });

  it('wait for a store that is away', async () => {
    const away = new AppError('unavailable', 'platform/clickhouse-unavailable', 'It is away.', {
      retryable: true,
    });
    const repair = repairLosses([block], {
      reEmit: () => Promise.reject(away),
      audit: () => Promise.resolve([]),
    });
    await expect(repair).rejects.toBe(away);
  });

  it('are none of its business where nothing was found', async () => {
    expect(await repaired([], [])).toEqual({ ranges: [], left: [] });
  });
});
