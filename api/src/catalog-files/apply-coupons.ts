import { checkCoupon, findCoupons, insertCoupon, updateCoupon } from '../coupons/coupon-store.ts';
import { termsOf } from '../coupons/coupon.ts';
import type { Coupon, CouponCommand, CouponTerms } from '../coupons/coupon.ts';
import { refuseDuplicates } from './apply-context.ts';
import type { ApplyContext, SectionResult } from './apply-context.ts';
import type { CatalogDifference } from './catalog-file.ts';
import { isSameContent } from './same-content.ts';

/** A coupon that differs gets the terms of the file for all invoices from now on; raters do not look at coupons. */
export async function applyCoupons(
  { caller, connection, now }: ApplyContext,
  commands: readonly CouponCommand[],
): Promise<SectionResult> {
  const keys = commands.map(({ key }) => key);
  refuseDuplicates('coupons', keys);
  const stored = await findCoupons(connection, caller.tenant, keys);
  const changes: CatalogDifference[] = [];
  for (const [index, command] of commands.entries()) {
    checkCoupon(command, `coupons[${index}].`);
    const { key } = command;
    const existing = stored.get(key);
    if (existing === undefined) {
      await insertCoupon(connection, caller.tenant, command, now);
      changes.push({ kind: 'coupon', key, action: 'create' });
      continue;
    }
    const same = isSameContent(plainTerms(existing), termsOf(command));
    if (!same) await updateCoupon(connection, caller.tenant, command, now);
    changes.push({ kind: 'coupon', key, action: same ? 'unchanged' : 'update' });
  }
  return { changes, ticket: null };
}

function plainTerms({ amount, charges, currency, duration, name, percent }: Coupon): CouponTerms {
  return { amount, charges, currency, duration, name, percent };
}
