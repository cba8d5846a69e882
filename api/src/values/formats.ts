/**
 * The formats that every command shares: keys, decimals, instants, currencies, time zones. One schema each, so that
 * validation and the OpenAPI document cannot differ.
 */
import { parseInstant } from '@tidemark/platform/clock';
import { isTimeZone } from '@tidemark/rater/calendar';
import { minorUnitsOf } from '@tidemark/rater/money';
import { z } from 'zod';

const keyPattern = /^[a-zA-Z0-9][a-zA-Z0-9._:-]{0,127}$/;
const tenantKeyPattern = /^[a-z0-9][a-z0-9-]{0,62}$/;
const decimalPattern = /^-?\d{1,20}(?:\.\d{1,18})?$/;

export const keySchema = z
  .string()
  .regex(
    keyPattern,
    'must be 1 to 128 characters of a-z A-Z 0-9 . _ : - and start with a letter or digit',
  );
export const tenantKeySchema = z
  .string()
  .regex(
    tenantKeyPattern,
    'must be 1 to 63 characters of a-z 0-9 - and start with a letter or digit',
  );
/** Identifiers that the system made, such as `sub_01J...`. */
export const identifierSchema = z.string().min(1).max(128);

const decimalSchema = z
  .string()
  .regex(
    decimalPattern,
    'must be a decimal string: at most 20 integer digits and 18 decimals, no exponent',
  );
export const nonNegativeDecimalSchema = decimalSchema.refine(
  (text) => !text.startsWith('-') || /^-[0.]+$/.test(text),
  'must not be negative',
);

export const positiveDecimalSchema = nonNegativeDecimalSchema.refine(
  (text) => /[1-9]/.test(text),
  'must be above zero',
);

/** RFC 3339 text of any offset, read as an `Instant`. */
export const instantSchema = z.codec(
  z.string().meta({ format: 'date-time', description: 'RFC 3339 with a zone; stored as UTC.' }),
  z.number(),
  {
    decode: (text, context) => {
      const instant = parseInstant(text);
      if (instant !== undefined) return instant;
      context.issues.push({
        code: 'custom',
        message: 'must be an RFC 3339 instant with a zone and at most six decimals of a second',
        input: text,
      });
      return z.NEVER;
    },
    encode: (instant) => String(instant),
  },
);

export const currencySchema = z
  .string()
  .refine((code) => minorUnitsOf(code) !== undefined, 'must be an ISO 4217 code such as USD');

export const timeZoneSchema = z
  .string()
  .max(64)
  .refine(isTimeZone, 'must be an IANA time zone such as Europe/Berlin');

const metadataCharactersMax = 16_384;

/** Whatever JSON the user wants to keep, at most 50 entries and 16 KiB of text; unknown to every rule. */
export const metadataSchema = z
  .record(z.string().min(1).max(64), z.json())
  .refine((value) => Object.keys(value).length <= 50, 'at most 50 entries')
  .refine(
    (value) => JSON.stringify(value).length <= metadataCharactersMax,
    `at most ${metadataCharactersMax} characters of JSON`,
  );
