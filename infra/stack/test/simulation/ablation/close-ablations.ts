/** Guards of the period close. */
import type { StoreDistortion } from '../fakes/simulated-store.ts';
import type { Ablation } from './ablation.ts';

export const closeAblations: readonly Ablation[] = [
  {
    guard: 'cut-under-lock',
    seed: 228,
    shows: 'undue',
    distortions: { cutUnderLock: false },
  },
  {
    guard: 'cut-wait',
    seed: 843,
    shows: 'lost',
    distortions: { closeStore: doNotWait },
  },
  {
    guard: 'audit',
    accident: 'lost-event',
    seed: 1,
    shows: 'lost',
    distortions: { closeStore: auditNothing },
  },
  {
    guard: 'audit-hash',
    accident: 'altered-event',
    seed: 1,
    shows: 'lost',
    distortions: { closeStore: auditNothing },
  },
  {
    guard: 'comparison',
    accident: 'lost-total',
    seed: 2,
    shows: 'due',
    distortions: { comparison: false },
  },
  {
    guard: 'comparison-of-sums',
    accident: 'wrong-sum',
    seed: 2,
    shows: 'lost',
    distortions: { comparison: false },
  },
  {
    guard: 'unique-invoices',
    seed: 3,
    shows: 'lost',
    distortions: { uniqueInvoices: false },
  },
  {
    guard: 'collapse-by-coordinate',
    seed: 1,
    shows: 'lost',
    distortions: { closeStore: () => ({ sql: (sql) => sql.replaceAll(/\bFINAL\b/g, '') }) },
  },
  {
    guard: 'read-bound',
    seed: 64,
    shows: 'undue',
    distortions: {
      closeStore: () => ({ sql: (sql) => sql.replaceAll('{boundBelow:', '{anything:') }),
    },
  },
];

/** The first look at the raters, with which the wait ends, finds them far ahead. */
function doNotWait(): StoreDistortion {
  let isFirst = true;
  return {
    rows: (sql, rows) => {
      if (!isFirst || !/FROM progress\b/.test(sql)) return rows;
      isFirst = false;
      return rows.map((row) => ({ ...row, next: '1000000' }));
    },
  };
}

function auditNothing(): StoreDistortion {
  return { rows: (sql, rows) => (sql.includes('groupBitXor') ? [] : rows) };
}
