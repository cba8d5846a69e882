/**
 * Newest-first lists by log coordinate with opaque cursors. Copies of a row have the same sort key, so they lie next to
 * each other and collapse while the page is read; no FINAL over a whole tenant is needed for the few rows of a page.
 */
import { AppError } from '@tidemark/platform/errors';

/** Place of a row in a list: what it is ordered by, then the coordinate. All descending. */
export interface ListPosition {
  /** Microseconds or milliseconds, as the list orders. */
  readonly time: number;
  readonly incarnation: number;
  readonly partition: number;
  readonly offset: number;
  readonly index: number;
}

export interface ListPage<Row> {
  readonly rows: readonly Row[];
  /** `null` on the last page. */
  readonly nextCursor: string | null;
}

export type ListName = 'events' | 'dead-letters' | 'conflicts';

export interface PageQuery {
  readonly tenant: string;
  /** 1 to 500. */
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Orders and bounds a list whose rows have these columns; `pageTime` is the expression it is ordered by, an Int64. */
export function afterPosition(pageTime: string): string {
  return `(${pageTime}, incarnation, partition, offset, \`index\`) <
    ({afterTime:Int64}, {afterIncarnation:UInt32}, {afterPartition:UInt32}, {afterOffset:UInt64}, {afterIndex:UInt32})`;
}

export function positionParameters(position: ListPosition): Record<string, number> {
  return {
    afterTime: position.time,
    afterIncarnation: position.incarnation,
    afterPartition: position.partition,
    afterOffset: position.offset,
    afterIndex: position.index,
  };
}

/** Before the newest row there can be. */
const top: ListPosition = {
  time: Number.MAX_SAFE_INTEGER,
  incarnation: 0,
  partition: 0,
  offset: 0,
  index: 0,
};

/**
 * Reads one page. `read` returns at most `count` rows after a position, in list order, copies included. Throws
 * `aggregator/cursor-foreign` for a cursor that this list did not give.
 */
export async function readPage<Row extends { readonly position: ListPosition }>(
  list: ListName,
  query: PageQuery,
  read: (after: ListPosition, count: number) => Promise<readonly Row[]>,
): Promise<ListPage<Row>> {
  if (!Number.isInteger(query.limit) || query.limit < 1 || query.limit > 500) {
    throw new AppError('invalid-input', 'aggregator/page-limit', 'A page has 1 to 500 rows.');
  }
  const wanted = query.limit + 1;
  let after = query.cursor === undefined ? top : decodeCursor(list, query.tenant, query.cursor);
  const rows: Row[] = [];
  for (;;) {
    const batch = await read(after, wanted);
    for (const row of batch) {
      const last = rows.at(-1);
      if (last === undefined || !samePosition(last.position, row.position)) rows.push(row);
    }
    const last = batch.at(-1);
    if (rows.length >= wanted || batch.length < wanted || last === undefined) break;
    after = last.position;
  }
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  const more = rows.length > query.limit && last !== undefined;
  return { rows: page, nextCursor: more ? encodeCursor(list, query.tenant, last.position) : null };
}

function samePosition(left: ListPosition, right: ListPosition): boolean {
  return (
    left.time === right.time &&
    left.incarnation === right.incarnation &&
    left.partition === right.partition &&
    left.offset === right.offset &&
    left.index === right.index
  );
}

function encodeCursor(list: ListName, tenant: string, position: ListPosition): string {
  const { time, incarnation, partition, offset, index } = position;
  const text = JSON.stringify([list, tenant, time, incarnation, partition, offset, index]);
  return Buffer.from(text).toString('base64url');
}

function decodeCursor(list: ListName, tenant: string, cursor: string): ListPosition {
  const parts = parseCursor(cursor);
  const numbers = parts?.slice(2) ?? [];
  const [time, incarnation, partition, offset, index] = numbers;
  if (
    parts?.length !== 7 ||
    parts[0] !== list ||
    parts[1] !== tenant ||
    !isCount(time) ||
    !isCount(incarnation) ||
    !isCount(partition) ||
    !isCount(offset) ||
    !isCount(index)
  ) {
    throw new AppError(
      'invalid-input',
      'aggregator/cursor-foreign',
      'The cursor does not belong to this list.',
    );
  }
  return { time, incarnation, partition, offset, index };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function parseCursor(cursor: string): readonly unknown[] | undefined {
  if (cursor.length > 1000) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? (value as unknown[]) : undefined;
  } catch {
    return undefined;
  }
}
