/** Which meters and charges an event moved, and on which invoice line it stands. */
import type { StoredEvent } from '@tidemark/aggregator/events';
import { formatInstant } from '@tidemark/platform/clock';
import { parseMeter } from '@tidemark/rater/meters';
import { parseQuantity } from '@tidemark/rater/money';
import { compileCharge, parseCharge } from '@tidemark/rater/pricing';
import type { UsageSample } from '@tidemark/rater/pricing';
import type { DuePeriod } from '@tidemark/aggregator/ports';
import type { MeterChange } from '@tidemark/rater/catalog';
import type { ControlPlane } from '../control-plane.ts';
import type { Document } from './usage-reads.ts';

export async function explainEvent(
  controlPlane: ControlPlane,
  tenant: string,
  event: StoredEvent,
): Promise<{ readonly meters: readonly string[]; readonly charges: readonly Document[] }> {
  const { due, meters: changes } = await controlPlane.spendInstants({
    tenant,
    customer: event.customer,
    at: event.time,
    subscription: undefined,
  });
  const meters = metersInForce(changes, event);
  const sample = sampleOf(event);
  const moved = [...meters].filter(([, meter]) =>
    measures(plainChargeOf(meter.key), meter, sample),
  );
  const charges: Document[] = [];
  for (const { subscription, ending } of due) {
    if (ending === null) continue;
    for (const json of planAt(ending, event.time).charges) {
      const charge = parseCharge(json);
      const meter = charge.meter === undefined ? undefined : meters.get(charge.meter);
      if (meter === undefined || !measures(json, meter, sample)) continue;
      const period = { from: formatInstant(ending.from), to: formatInstant(ending.to) };
      const invoiceLine = await controlPlane.invoices.findLine(tenant, {
        subscription,
        charge: charge.key,
        at: event.time,
      });
      charges.push({ subscription, charge: charge.key, meter: meter.key, period, invoiceLine });
    }
  }
  return { meters: moved.map(([key]) => key), charges };
}

type ParsedMeter = ReturnType<typeof parseMeter>;

/** By key: the version that counts at the event's time, of meters of its type. */
function metersInForce(
  changes: readonly MeterChange[],
  event: StoredEvent,
): Map<string, ParsedMeter> {
  const inForce = new Map<string, MeterChange>();
  const byEffect = [...changes].sort(
    (left, right) => effectOf(left) - effectOf(right) || left.version - right.version,
  );
  for (const change of byEffect)
    if (effectOf(change) <= event.time) inForce.set(change.key, change);
  const meters = [...inForce.values()].flatMap(({ definition }) =>
    definition === null ? [] : [parseMeter(definition)],
  );
  return new Map(
    meters.filter(({ eventType }) => eventType === event.type).map((meter) => [meter.key, meter]),
  );
}

function effectOf(change: MeterChange): number {
  return change.effectiveFrom ?? -Infinity;
}

function planAt(period: DuePeriod, time: number): DuePeriod['plan'] {
  return period.changes?.findLast(({ from }) => from <= time)?.plan ?? period.plan;
}

function measures(charge: unknown, meter: ParsedMeter, sample: UsageSample): boolean {
  const rater = compileCharge(parseCharge(charge), meter);
  return rater.add(rater.empty({ from: sample.time, to: sample.time + 1 }), sample) === 'measured';
}

function plainChargeOf(meter: string): unknown {
  return { key: 'usage', meter, price: { model: 'per_unit', currency: 'USD', unitAmount: '0' } };
}

/** Good enough to tell whether it is measured; amounts are never computed from it. */
function sampleOf(event: StoredEvent): UsageSample {
  const data = JSON.parse(event.data) as Readonly<Record<string, unknown>>;
  const valueOf = (property: string): unknown =>
    Object.hasOwn(data, property) ? data[property] : undefined;
  return {
    time: event.time,
    offset: event.position.offset,
    index: event.position.index,
    decimal(property) {
      const value = valueOf(property);
      if (value === undefined) return undefined;
      const isNumber = typeof value === 'number' || typeof value === 'string';
      return (isNumber ? parseQuantity(String(value)) : undefined) ?? 'not-a-number';
    },
    text(property) {
      const value = valueOf(property);
      if (typeof value === 'string') return value;
      return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
    },
  };
}
