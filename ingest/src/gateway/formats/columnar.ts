/**
 * `application/vnd.tidemark.events+msgpack`, the body of the SDK: events as columns. They are judged by column, each
 * dictionary entry once, and go on as columns; no event becomes an object here.
 */
import { checkAcceptance } from '../../contract/acceptance-window.ts';
import { idAt } from '../../contract/canonical-data.ts';
import { decodeClientColumns } from '../../contract/columns-codec.ts';
import type { EventColumns } from '../../contract/event-columns.ts';
import { batchLimits } from '../../contract/limits.ts';
import { AppError } from '@tidemark/platform/errors';
import { tooManyEvents } from '../read-events.ts';
import type { ReadContext, ReadEvents } from '../read-events.ts';
import { findUnmeasurableRows } from '../unmeasurable-values.ts';
import type { UnmeasurableValue } from '../unmeasurable-values.ts';

/** @throws AppError `ingest/invalid-columns` (400) or `ingest/too-many-events` (413). */
export function readColumnarEvents(body: Buffer, context: ReadContext): ReadEvents {
  const decoded = decodeClientColumns(body, context.tenant);
  if (decoded.kind === 'rejected') {
    if (decoded.code === 'ingest/too-many-events') {
      throw tooManyEvents(batchLimits.requestEventsMax);
    }
    throw new AppError('invalid-input', decoded.code, decoded.message);
  }
  const { columns } = decoded;
  if (columns.properties.length > batchLimits.clientPropertiesMax) {
    const message = `The columns have more than ${batchLimits.clientPropertiesMax} properties; send JSON.`;
    throw new AppError('invalid-input', 'ingest/invalid-columns', message);
  }
  const reasons = new Map<number, UnmeasurableValue>();
  checkTimes(columns, context, reasons);
  findUnmeasurableRows(
    columns,
    (type) => context.rules.valueRules(context.tenant, type),
    (row, reason) => {
      if (!reasons.has(row)) reasons.set(row, reason);
    },
  );
  return separate(columns, reasons);
}

function checkTimes(
  { count, time }: EventColumns,
  { tenant, backfill, now, rules }: ReadContext,
  reasons: Map<number, UnmeasurableValue>,
): void {
  if (backfill) return;
  const window = rules.acceptanceWindow(tenant);
  for (let row = 0; row < count; row += 1) {
    const verdict = checkAcceptance(time[row] ?? 0, now, window);
    if (verdict === 'accepted') continue;
    const message =
      verdict === 'ingest/event-too-old'
        ? 'time lies before the acceptance window; send old events as backfill.'
        : 'time lies too far in the future.';
    reasons.set(row, { code: verdict, message });
  }
}

function separate(
  columns: EventColumns,
  reasons: ReadonlyMap<number, UnmeasurableValue>,
): ReadEvents {
  const accepted = new Uint32Array(columns.count - reasons.size);
  const rejected = [];
  let next = 0;
  for (let row = 0; row < columns.count; row += 1) {
    const reason = reasons.size === 0 ? undefined : reasons.get(row);
    if (reason === undefined) accepted[next++] = row;
    else rejected.push({ index: row, id: idAt(columns, row), ...reason });
  }
  return { kind: 'columns', columns, accepted, rejected };
}
