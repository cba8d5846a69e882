/**
 * Trying a price: one case in, one result out, as `tidemark price` and `POST /v1/pricing/preview` have it. A case that is
 * not valid is answered with its code, message and path; it never throws for what a caller can send.
 */
import { JsonObject, previewRules } from '../input/json-object.ts';
import { isPricingError, PricingError } from '../input/pricing-error.ts';
import { allocateCase } from './allocate-case.ts';
import type { CaseKind } from './case-kind.ts';
import { changeCase } from './change-case.ts';
import { chargeCase } from './charge-case.ts';
import { convertCase } from './convert-case.ts';
import { creditNoteCase } from './credit-note-case.ts';
import { creditsCase } from './credits-case.ts';
import { invoiceCase } from './invoice-case.ts';
import { meterCase } from './meter-case.ts';
import { prorationCase } from './proration-case.ts';
import { roundCase } from './round-case.ts';

const kinds: Readonly<Record<string, CaseKind>> = {
  charge: chargeCase,
  meter: meterCase,
  convert: convertCase,
  round: roundCase,
  proration: prorationCase,
  change: changeCase,
  allocate: allocateCase,
  invoice: invoiceCase,
  credits: creditsCase,
  credit_note: creditNoteCase,
};

/** Answers one case. Pure: the same case gives the same bytes. */
export function previewCase(json: unknown): object {
  const named = identityOf(json);
  try {
    const input = JsonObject.read(json, '', previewRules);
    checkId(input);
    const result = kindOf(input)(input);
    return { ...named, ...result };
  } catch (error) {
    if (!isPricingError(error)) throw error;
    const { code, message, path } = error;
    return { ...named, error: { code, message, path } };
  }
}

function kindOf(input: JsonObject): CaseKind {
  const name = input.has('kind') ? input.text('kind') : 'charge';
  const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
  if (kind !== undefined) return kind;
  const message = `The kind must be one of: ${Object.keys(kinds).join(', ')}.`;
  throw new PricingError('rater/unknown-kind', message, 'kind');
}

/** A list or an object is no name of a case; it could be nested deeper than a result can be written. */
function checkId(input: JsonObject): void {
  const id = input.raw('id');
  if (typeof id !== 'object') return;
  throw new PricingError('rater/not-a-text', 'This must be a text or a number.', 'id');
}

/** The `id` comes back as it was sent, also beside an error. */
function identityOf(json: unknown): { readonly id?: unknown } {
  if (typeof json !== 'object' || json === null || !Object.hasOwn(json, 'id')) return {};
  const { id } = json as { readonly id: unknown };
  return typeof id === 'object' && id !== null ? {} : { id };
}
