/**
 * What makes a meter or a plan valid: the rating rules read every definition here once, so that nothing gets into an epoch
 * that a rater could not compile.
 */
import { parseMeter } from '@tidemark/rater/meters';
import type { Meter as ParsedMeter } from '@tidemark/rater/meters';
import { compileCharge, parseCharge } from '@tidemark/rater/pricing';
import type { ApiProblemCode } from '../problem-codes.ts';
import { invalidCommand } from '../problems.ts';
import type { TenantRounding } from '../tenants/tenant.ts';
import type { MeterDefinition } from './meter.ts';
import type { Cadence, Charge, PlanCommand } from './plan.ts';
import { asInvalidCommand } from './pricing-problems.ts';

/** @throws AppError 422 with the code and path of the rating rules. */
export function checkMeter(definition: MeterDefinition, path = ''): ParsedMeter {
  return asInvalidCommand(path, () => parseMeter(definition));
}

/**
 * Checks every charge with its meter, and what charges must have in common.
 *
 * @param meterOf the living meter of a key.
 * @param path of the plan in its document, such as `plans[2]`.
 */
export function checkPlan(
  plan: PlanCommand,
  meterOf: (key: string) => MeterDefinition | undefined,
  path = '',
): void {
  const at = (field: string): string => (path === '' ? field : `${path}.${field}`);
  const keys = new Set<string>();
  plan.charges.forEach((json, index) => {
    const chargePath = at(`charges[${index}]`);
    const refuse = (code: ApiProblemCode, field: string, message: string): never => {
      throw invalidCommand(code, message, [{ path: `${chargePath}.${field}`, message }]);
    };
    const charge = asInvalidCommand(chargePath, () => parseCharge(json));
    if (keys.has(charge.key))
      refuse('api/duplicate-charge', 'key', 'The key of a charge is unique in its plan.');
    keys.add(charge.key);
    if (charge.price.currency !== plan.currency) {
      refuse('api/currency-differs', 'price.currency', "A price has its plan's currency.");
    }
    if (charge.cadence !== undefined && !isSameCadence(charge.cadence, plan.cadence)) {
      refuse('api/not-supported-yet', 'cadence', 'A charge is billed at the cadence of its plan.');
    }
    const definition = charge.meter === undefined ? undefined : meterOf(charge.meter);
    if (charge.meter !== undefined && definition === undefined) {
      refuse('api/unknown-meter', 'meter', `There is no meter "${charge.meter}".`);
    }
    const meter = definition === undefined ? null : checkMeter(definition);
    asInvalidCommand(chargePath, () => compileCharge(charge, meter));
  });
}

export function billsInAdvance(charges: readonly Charge[]): boolean {
  return charges.some((charge) => charge['timing'] === 'in_advance');
}

/** Writes the tenant's rounding into every price that names none: a version must not depend on later policies. */
export function withRounding(plan: PlanCommand, rounding: TenantRounding): PlanCommand {
  if (rounding.roundAt === undefined && rounding.roundMode === undefined) return plan;
  const charges = plan.charges.map((charge): Charge => {
    const price = charge['price'] as Readonly<Record<string, unknown>>;
    return { ...charge, price: { ...rounding, ...price } };
  });
  return { ...plan, charges };
}

function isSameCadence(charge: { every: number; unit: string }, plan: Cadence): boolean {
  const { every, unit } = typeof plan === 'string' ? { every: 1, unit: plan } : plan;
  return charge.every === every && charge.unit === unit;
}
