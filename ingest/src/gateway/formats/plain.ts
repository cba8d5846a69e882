/**
 * The usual body, read in one pass (contract/plain-event-scanner.ts). What it cannot read, or would have to reject, it
 * leaves to the exact reader of the format, which reads the whole body again: rejections are rare and stand in one place.
 */
import { checkAcceptance } from '../../contract/acceptance-window.ts';
import { isDecimalString } from '../../contract/number-literal.ts';
import { PlainEventScanner } from '../../contract/plain-event-scanner.ts';
import type { PlainShape } from '../../contract/plain-event-scanner.ts';
import { plainKind } from '../../contract/plain-events.ts';
import type { PlainEvents } from '../../contract/plain-events.ts';
import type { ValueRules } from '../ports.ts';
import type { ReadContext, ReadEvents } from '../read-events.ts';
import { operationProperty } from '../unmeasurable-values.ts';

/** One for all requests: reading and publishing a body is one turn of the event loop. */
const scanner = new PlainEventScanner();

/** The events of `body`, all accepted; `undefined` unless every one is plain and acceptable. Valid until the next call. */
export function readPlainEvents(
  body: Uint8Array,
  shape: PlainShape,
  context: ReadContext,
): ReadEvents | undefined {
  const events = scanner.scan(body, context.tenant, shape);
  if (events === undefined) return undefined;
  if (!timesAccepted(events, context) || !valuesAreMeasurable(events, context)) return undefined;
  return { kind: 'plain', accepted: events, rejected: [] };
}

function timesAccepted(
  { times, length }: PlainEvents,
  { tenant, backfill, now, rules }: ReadContext,
): boolean {
  if (backfill) return true;
  const window = rules.acceptanceWindow(tenant);
  for (let index = 0; index < length; index++) {
    if (checkAcceptance(times[index] as number, now, window) !== 'accepted') return false;
  }
  return true;
}

/**
 * Whether every property that a meter measures is a number or a decimal string (plain numbers always are), and every
 * operation that a meter reads one that it knows.
 */
function valuesAreMeasurable(events: PlainEvents, { tenant, rules }: ReadContext): boolean {
  let type: string | undefined;
  let asked: ValueRules | undefined;
  let at = 0;
  for (let index = 0; index < events.length; index++) {
    const eventType = events.types[index] as string;
    if (asked === undefined || eventType !== type) {
      type = eventType;
      asked = rules.valueRules(tenant, eventType);
    }
    const { numbers, operations } = asked;
    const readsOperation = operations.size > 0;
    const end = events.propertyEnds[index] as number;
    for (; at < end; at++) {
      const name = events.names[at] as string;
      const isText = events.kinds[at] === plainKind.string;
      if (readsOperation && name === operationProperty) {
        if (!isText || !operations.has(events.texts[at] as string)) return false;
      }
      if (events.kinds[at] === plainKind.number || !numbers.has(name)) continue;
      if (!isText || !isDecimalString(events.texts[at] as string)) return false;
    }
  }
  return true;
}
