// The oracle: one JSON case of PRICING.md section 6 in, its result out. Written from the specification alone, it shares
// nothing with rater/src; it expects valid cases, except that a rejected negative total gives an error.
import type { OracleCase } from './case-types.ts';
import { chargeCase } from './charge.ts';
import { convertQuantity } from './conversion.ts';
import { creditsCase } from './credits.ts';
import { allocateCase, creditNoteCase, invoiceCase, roundCase } from './invoice.ts';
import { meterCase } from './meters.ts';
import { OracleRejection } from './models.ts';
import { changeCase, prorationCase } from './proration.ts';

export function oracleCase(input: OracleCase): Record<string, unknown> {
  const id = input.id === undefined ? {} : { id: input.id };
  try {
    return { ...id, ...solve(input) };
  } catch (error) {
    if (error instanceof OracleRejection) return { ...id, error: true };
    throw error;
  }
}

function solve(input: OracleCase): Record<string, unknown> {
  switch (input.kind) {
    case 'meter':
      return meterCase(input);
    case 'convert':
      return { quantity: convertQuantity(input) };
    case 'round':
      return roundCase(input);
    case 'proration':
      return prorationCase(input);
    case 'change':
      return changeCase(input);
    case 'allocate':
      return allocateCase(input);
    case 'invoice':
      return invoiceCase(input);
    case 'credits':
      return creditsCase(input);
    case 'credit_note':
      return creditNoteCase(input);
    default:
      return chargeCase(input);
  }
}
