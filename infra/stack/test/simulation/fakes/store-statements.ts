/**
 * Answers the product's statements over the rows in memory. A statement is told by its text, and what the text says is
 * honoured: rows collapse only where it says FINAL (or DISTINCT, or LIMIT 1 BY), and only what it bounds is bounded. So a
 * statement that forgets its guard misbehaves here as it would in ClickHouse. An unknown statement is a fault.
 */
import type { ClickHouseParameter } from '@tidemark/platform/clickhouse';
import { NativeBlockBuilder } from '@tidemark/rater/rows';
import type { StoreTables, StoredRow } from './store-tables.ts';
import { sumCounts } from './store-sums.ts';

export type Parameters = Readonly<Record<string, ClickHouseParameter>>;
export type AnswerRow = Record<string, unknown>;

interface Statement {
  readonly sql: string;
  readonly parameters: Parameters;
  readonly tables: StoreTables;
}

type Answer = (statement: Statement) => AnswerRow[];

const answers: readonly (readonly [mark: RegExp, answer: Answer])[] = [
  [/FROM progress\b/, answerProgress],
  [/LIMIT 1 BY fingerprint/, answerOwners],
  [/count\(\)\) AS rows\s+FROM event_owners/, answerOwnerCount],
  [/groupBitXor\(stored_xor\)/, answerPromised],
  [/groupBitXor\(payload_hash\)/, answerPresent],
  [/max\(log_time\)[\s\S]+FROM envelope_outcomes/, answerOutcomesBelow],
  [/FROM envelope_outcomes/, answerOutcomeSums],
  [/AS nested,/, answerSumCount],
  [/toString\(time_us\) AS event_time/, answerSpanEvents],
  [/reinterpretAsInt256\(amount\)/, answerStreamTotals],
  [/SELECT DISTINCT subject AS customer/, answerSuspects],
  [/SELECT DISTINCT due\.ordinal/, answerLate],
  [/FROM charge_totals/, answerChargeTotals],
  [/AS stored_rows\s+FROM usage_events/, answerEventCount],
  [/FROM usage_events/, answerUsageEvents],
];

const known = new Map<string, Answer>();

export function answerStatement(statement: Statement): AnswerRow[] {
  const { sql } = statement;
  let answer = known.get(sql);
  if (answer === undefined) {
    answer = answers.find(([mark]) => mark.test(sql))?.[1];
    if (answer === undefined) throw new Error(`The simulated store cannot read: ${sql}`);
    known.set(sql, answer);
  }
  return answer(statement);
}

/** Identities of a slice of a partition, as a Native block. */
export function answerNative(statement: Statement): Uint8Array {
  const { sql, parameters, tables } = statement;
  if (!/SELECT DISTINCT fingerprint, offset/.test(sql)) {
    throw new Error(`The simulated store cannot read: ${sql}`);
  }
  const first = String(parameters['first']);
  const last = String(parameters['last']);
  const rows = ofPartition(statement, tables.table('event_owners').rows(true)).filter(
    (row) => text(row, 'fingerprint') >= first && text(row, 'fingerprint') <= last,
  );
  const builder = new NativeBlockBuilder([
    ['fingerprint', 'FixedString(16)'],
    ['offset', 'UInt64'],
    ['index', 'UInt32'],
    ['payload_hash', 'UInt64'],
  ] as const);
  const { columns } = builder;
  for (const row of rows.sort(by('fingerprint', 'offset', 'index'))) {
    const lanes = new Uint32Array(
      new Uint8Array(Buffer.from(text(row, 'fingerprint'), 'hex')).buffer,
    );
    columns.fingerprint.appendLanes(lanes, 0);
    columns.offset.append(number(row, 'offset'));
    columns.index.append(number(row, 'index'));
    const hash = row['payload_hash'] as bigint;
    columns.payload_hash.appendHalves(Number(hash & 0xffff_ffffn), Number(hash >> 32n));
  }
  return builder.take() ?? new Uint8Array();
}

function answerProgress({ sql, tables }: Statement): AnswerRow[] {
  const rows = tables.table('progress').rows(isFinal(sql));
  return [...rows].sort(by('incarnation', 'partition')).map((row) => ({
    ...texts(row, ['next', 'logged', 'stored', 'duplicate', 'conflict', 'dead', 'control']),
    incarnation: row['incarnation'],
    partition: row['partition'],
    epoch: row['epoch'],
    log_time_ms: text(row, 'log_time'),
    last_crc: row['last_crc'],
    gateways: row['gateways'],
  }));
}

function answerOwners(statement: Statement): AnswerRow[] {
  const wanted = String(statement.parameters['fingerprints']).match(/.{32}/g) ?? [];
  const rows = ofPartition(statement, statement.tables.table('event_owners').rows(true));
  return wanted.flatMap((fingerprint) => {
    const [owner] = rows
      .filter((row) => text(row, 'fingerprint') === fingerprint)
      .sort(by('offset', 'index'));
    if (owner === undefined) return [];
    return [
      {
        owner: fingerprint,
        log_offset: text(owner, 'offset'),
        log_index: owner['index'],
        hash: text(owner, 'payload_hash'),
      },
    ];
  });
}

function answerOwnerCount(statement: Statement): AnswerRow[] {
  const rows = ofPartition(statement, statement.tables.table('event_owners').rows(false));
  return [{ rows: String(rows.length) }];
}

function answerEventCount(statement: Statement): AnswerRow[] {
  const rows = ofPartition(statement, statement.tables.table('usage_events').rows(false));
  return [{ stored_rows: String(rows.length) }];
}

function ofPartition({ sql, parameters }: Statement, rows: readonly StoredRow[]): StoredRow[] {
  const bounded = sql.includes('offset < {below:UInt64}');
  const from = sql.includes('offset >= {from:UInt64}') ? Number(parameters['from']) : 0;
  return rows.filter(
    (row) =>
      row['incarnation'] === parameters['incarnation'] &&
      row['partition'] === parameters['partition'] &&
      number(row, 'offset') >= from &&
      (!bounded || number(row, 'offset') < Number(parameters['below'])),
  );
}

function answerChargeTotals({ sql, parameters, tables }: Statement): AnswerRow[] {
  return tables
    .table('charge_totals')
    .rows(isFinal(sql))
    .filter(
      (row) =>
        row['incarnation'] === parameters['incarnation'] &&
        row['partition'] === parameters['partition'],
    )
    .map((row) =>
      texts(row, [...totalTexts, 'period_start', 'segment_start', 'version', 'events']),
    );
}

const totalTexts = ['tenant', 'customer', 'subscription', 'charge', 'state'];

function answerStreamTotals({ sql, parameters, tables }: Statement): AnswerRow[] {
  const customers = parameters['customers'] as readonly string[];
  return tables
    .table('charge_totals')
    .rows(isFinal(sql))
    .filter(
      (row) =>
        row['tenant'] === parameters['tenant'] &&
        customers.includes(text(row, 'customer')) &&
        number(row, 'period_start') >= Number(parameters['earliest']) &&
        number(row, 'period_start') <= Number(parameters['latest']),
    )
    .map((row) => ({
      ...texts(row, totalTexts),
      period_us: text(row, 'period_start'),
      segment_us: text(row, 'segment_start'),
      incarnation: row['incarnation'],
      partition: row['partition'],
      newest: text(row, 'version'),
      event_count: text(row, 'events'),
      amount_scaled: text(row, 'amount'),
    }));
}

function answerUsageEvents({ sql, parameters, tables }: Statement): AnswerRow[] {
  const bounded = sql.includes('offset < {below:UInt64}');
  const subjects = parameters['subjects'] as readonly string[];
  const types = parameters['types'] as readonly string[];
  return tables
    .table('usage_events')
    .rows(isFinal(sql))
    .filter(
      (row) =>
        row['tenant'] === parameters['tenant'] &&
        subjects.includes(text(row, 'subject')) &&
        types.includes(text(row, 'type')) &&
        number(row, 'time') >= Number(parameters['from']) &&
        number(row, 'time') < Number(parameters['to']) &&
        row['incarnation'] === parameters['incarnation'] &&
        row['partition'] === parameters['partition'] &&
        (!bounded || number(row, 'offset') < Number(parameters['below'])),
    )
    .sort(by('subject', 'time', 'offset', 'index'))
    .map((row) => ({
      ...texts(row, ['tenant', 'subject', 'type', 'source', 'id', 'data']),
      time_us: text(row, 'time'),
      partition: row['partition'],
      log_offset: text(row, 'offset'),
      log_index: row['index'],
    }));
}

const auditBlockOffsets = 65_536;

function answerPromised(statement: Statement): AnswerRow[] {
  return blocksOf(statement, 'envelope_outcomes', (rows) => ({
    ...sums(rows, ['logged', 'stored', 'duplicate', 'dead']),
    xor_sum: String(rows.reduce((xor, row) => xor ^ (row['stored_xor'] as bigint), 0n)),
  }));
}

function answerPresent(statement: Statement): AnswerRow[] {
  return blocksOf(statement, 'usage_events', (rows) => ({
    stored_sum: String(rows.length),
    xor_sum: String(rows.reduce((xor, row) => xor ^ (row['payload_hash'] as bigint), 0n)),
  }));
}

function blocksOf(
  { sql, parameters, tables }: Statement,
  table: string,
  aggregate: (rows: readonly StoredRow[]) => AnswerRow,
): AnswerRow[] {
  const rows = belowBound(sql, parameters, tables.table(table).rows(isFinal(sql))).filter(
    (row) => row['tenant'] === parameters['tenant'],
  );
  const blocks = Map.groupBy(rows, (row) =>
    [
      row['incarnation'],
      row['partition'],
      Math.floor(number(row, 'offset') / auditBlockOffsets),
    ].join(),
  );
  return [...blocks].map(([key, own]) => {
    const [incarnation, partition, block] = key.split(',');
    return {
      log_incarnation: Number(incarnation),
      log_partition: Number(partition),
      block,
      ...aggregate(own),
    };
  });
}

function answerOutcomeSums({ sql, parameters, tables }: Statement): AnswerRow[] {
  const rows = belowBound(sql, parameters, tables.table('envelope_outcomes').rows(isFinal(sql)));
  const partitions = Map.groupBy(
    rows,
    (row) => `${String(row['incarnation'])},${String(row['partition'])}`,
  );
  return [...partitions].map(([key, own]) => {
    const [incarnation, partition] = key.split(',');
    return {
      log_incarnation: Number(incarnation),
      log_partition: Number(partition),
      ...sums(own, ['logged', 'stored', 'duplicate', 'dead']),
    };
  });
}

function answerOutcomesBelow(statement: Statement): AnswerRow[] {
  const { sql, tables } = statement;
  const rows = ofPartition(statement, tables.table('envelope_outcomes').rows(isFinal(sql)));
  return [
    {
      ...sums(rows, ['logged', 'stored', 'duplicate', 'conflict', 'dead']),
      log_time_ms: String(Math.max(0, ...rows.map((row) => number(row, 'log_time')))),
    },
  ];
}

interface SpanEvent {
  readonly ordinal: number;
  readonly row: StoredRow;
}

function spanEvents({ sql, parameters, tables }: Statement): SpanEvent[] {
  const customers = parameters['customers'] as readonly string[];
  const ordinals = parameters['ordinals'] as readonly number[];
  const froms = parameters['spanFroms'] as readonly number[];
  const tos = parameters['spanTos'] as readonly number[];
  const rows = belowBound(sql, parameters, tables.table('usage_events').rows(isFinal(sql))).filter(
    (row) => row['tenant'] === parameters['tenant'] && row['type'] === parameters['type'],
  );
  return customers.flatMap((customer, at) =>
    rows
      .filter(
        (row) =>
          row['subject'] === customer &&
          number(row, 'time') >= (froms[at] ?? 0) &&
          number(row, 'time') < (tos[at] ?? 0),
      )
      .map((row) => ({ ordinal: ordinals[at] ?? 0, row })),
  );
}

function answerSumCount(statement: Statement): AnswerRow[] {
  const { sql, parameters } = statement;
  const requests = Map.groupBy(spanEvents(statement), ({ ordinal }) => ordinal);
  return [...requests].map(([ordinal, events]) => ({
    ordinal,
    nested: '0',
    ...sumCounts(
      sql,
      parameters,
      events.map(({ row }) => text(row, 'data')),
    ),
  }));
}

function answerSpanEvents(statement: Statement): AnswerRow[] {
  const order = by('time', 'incarnation', 'offset', 'index');
  return spanEvents(statement)
    .sort((left, right) => left.ordinal - right.ordinal || order(left.row, right.row))
    .map(({ ordinal, row }) => ({
      ordinal,
      event_time: text(row, 'time'),
      data: row['data'],
      event_offset: text(row, 'offset'),
      log_index: row['index'],
    }));
}

function answerSuspects({ sql, parameters, tables }: Statement): AnswerRow[] {
  const customers = parameters['customers'] as readonly string[];
  const incarnation = Number(parameters['incarnation']);
  const found = belowBound(sql, parameters, tables.table('usage_events').rows(isFinal(sql))).filter(
    (row) =>
      row['tenant'] === parameters['tenant'] &&
      customers.includes(text(row, 'subject')) &&
      number(row, 'time') < Number(parameters['latest']) &&
      (number(row, 'incarnation') > incarnation ||
        (row['incarnation'] === incarnation &&
          number(row, 'offset') >= Number(parameters['offset']))),
  );
  return [...new Set(found.map((row) => text(row, 'subject')))].map((customer) => ({ customer }));
}

function answerLate({ sql, parameters, tables }: Statement): AnswerRow[] {
  const rows = belowBound(sql, parameters, tables.table('usage_events').rows(isFinal(sql))).filter(
    (row) => row['tenant'] === parameters['tenant'],
  );
  const list = (name: string): readonly (string | number)[] =>
    parameters[name] as readonly (string | number)[];
  return list('ordinals').flatMap((ordinal, at) => {
    const isLate = rows.some(
      (row) =>
        row['subject'] === list('customers')[at] &&
        number(row, 'time') >= Number(list('spanFroms')[at]) &&
        number(row, 'time') < Number(list('spanTos')[at]) &&
        (number(row, 'incarnation') > Number(list('incarnations')[at]) ||
          (row['incarnation'] === list('incarnations')[at] &&
            number(row, 'offset') >= Number(list('offsets')[at]))),
    );
    return isLate ? [{ ordinal }] : [];
  });
}

/** Only what the statement says: without its words every row is read. */
function belowBound(sql: string, parameters: Parameters, rows: readonly StoredRow[]): StoredRow[] {
  if (!sql.includes('offset < {boundBelow:Array(UInt64)}')) return [...rows];
  const first = Number(parameters['boundIncarnation']);
  const partitions = Number(parameters['boundPartitions']);
  const below = parameters['boundBelow'] as readonly number[];
  return rows.filter((row) => {
    const partition = number(row, 'partition');
    const incarnation = number(row, 'incarnation') - first;
    if (partition >= partitions || incarnation < 0) return false;
    return number(row, 'offset') < (below[incarnation * partitions + partition] ?? 0);
  });
}

function isFinal(sql: string): boolean {
  return /\bFINAL\b/.test(sql);
}

function text(row: StoredRow, column: string): string {
  return String(row[column]);
}

function number(row: StoredRow, column: string): number {
  return Number(row[column]);
}

function texts(row: StoredRow, columns: readonly string[]): AnswerRow {
  return Object.fromEntries(columns.map((column) => [column, text(row, column)]));
}

function sums(rows: readonly StoredRow[], columns: readonly string[]): AnswerRow {
  return Object.fromEntries(
    columns.map((column) => [
      `${column}_sum`,
      String(rows.reduce((sum, row) => sum + number(row, column), 0)),
    ]),
  );
}

function by(...columns: readonly string[]): (left: StoredRow, right: StoredRow) => number {
  return (left, right) => {
    for (const column of columns) {
      const a = left[column] ?? '';
      const b = right[column] ?? '';
      if (a < b) return -1;
      if (a > b) return 1;
    }
    return 0;
  };
}
