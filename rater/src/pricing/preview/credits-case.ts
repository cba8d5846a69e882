/** Burns credit grants by a list of uses. */
import { readCadence } from '../../calendar/cadence.ts';
import { formatRational, quantityScale, Rational } from '../../money/index.ts';
import { burnCredits } from '../credits/burn-credits.ts';
import type { Grant, Refill } from '../credits/grant.ts';
import type { JsonObject } from '../input/json-object.ts';
import { PricingError } from '../input/pricing-error.ts';
import { optionalInstant, readInstant, readInstants, readPeriod } from '../input/read-period.ts';
import { caseItemsMax, type CaseKind } from './case-kind.ts';

const grantsMax = 1000;
const priorityMax = 1_000_000_000;

export const creditsCase: CaseKind = (input) => {
  const period = readPeriod(input, 'period');
  const grants = input.objects('grants', grantsMax).map((grant) => readGrant(grant, period.from));
  refuseDuplicates(grants);
  const usage = input.objects('usage', caseItemsMax).map((use) => {
    const read = {
      time: readInstant(use, 'time'),
      amount: use.decimal('amount', { sign: 'not-negative' }),
    };
    use.finish();
    return read;
  });
  const options = {
    resets: input.has('resets') ? readInstants(input, 'resets', caseItemsMax) : [],
    keepOverage: input.boolean('keepOverage', false),
    carryOverage: input.boolean('carryOverage', false),
    openingOverage:
      input.optionalDecimal('openingOverage', { sign: 'not-negative' }) ?? Rational.zero,
    overdraft: input.boolean('overdraft', false),
    insufficient: input.choiceOr('insufficient', ['overage', 'refuse'], 'overage'),
  };
  input.finish();
  const { balances, consumed, overage, refused } = burnCredits({
    grants,
    usage,
    period,
    ...options,
  });
  return {
    balances: written(balances),
    consumed: written(consumed),
    overage: formatRational(overage, quantityScale),
    refused,
  };
};

function readGrant(grant: JsonObject, periodStart: number): Grant {
  const startsAt = optionalInstant(grant, 'startsAt') ?? periodStart;
  const amount = grant.decimal('amount', { sign: 'not-negative' });
  const read: Grant = {
    id: grant.text('id'),
    amount,
    priority: grant.has('priority') ? grant.integer('priority', -priorityMax, priorityMax) : 0,
    startsAt,
    expiresAt: optionalInstant(grant, 'expiresAt'),
    createdAt: optionalInstant(grant, 'createdAt'),
    refill: readRefill(grant, { startsAt, amount }),
    rollover: readRollover(grant),
    increment: grant.optionalDecimal('increment', { sign: 'positive' }),
  };
  grant.finish();
  return read;
}

function readRefill(
  grant: JsonObject,
  { startsAt, amount }: { readonly startsAt: number; readonly amount: Rational },
): Refill | undefined {
  const object = grant.optionalObject('refill');
  if (object === undefined) return undefined;
  const every = readCadence(object, 'every');
  if (every === undefined) {
    throw new PricingError(
      'rater/missing-field',
      'The field every is missing.',
      object.pathOf('every'),
    );
  }
  const refill: Refill = {
    every,
    amount: object.optionalDecimal('amount', { sign: 'not-negative' }) ?? amount,
    anchor: optionalInstant(object, 'anchor') ?? startsAt,
    path: object.pathOf('every'),
  };
  object.finish();
  return refill;
}

function readRollover(grant: JsonObject): Grant['rollover'] {
  const object = grant.optionalObject('rollover');
  if (object === undefined) return undefined;
  const min = object.optionalDecimal('min', { sign: 'not-negative' }) ?? Rational.zero;
  const max = object.decimal('max', { sign: 'not-negative' });
  object.finish();
  if (min.isAbove(max)) {
    const message = 'The minimum is above the maximum.';
    throw new PricingError('rater/minimum-above-maximum', message, object.pathOf('min'));
  }
  return { min, max };
}

function refuseDuplicates(grants: readonly Grant[]): void {
  const seen = new Set<string>();
  grants.forEach(({ id }, index) => {
    if (seen.has(id)) {
      throw new PricingError(
        'rater/duplicate-key',
        'Another grant has this id.',
        `grants[${index}].id`,
      );
    }
    seen.add(id);
  });
}

/** Own properties even for an id such as `__proto__`. */
function written(amounts: ReadonlyMap<string, Rational>): object {
  return Object.fromEntries(
    [...amounts].map(([id, amount]) => [id, formatRational(amount, quantityScale)]),
  );
}
