/**
 * The usage event as the wire has it and as the pipeline holds it. The zod schema is the one source for OpenAPI and
 * validates anywhere off the hot path; `parseUsageEvent` applies the same rules (event-rules.ts) without it.
 */
import type { Instant } from '@tidemark/platform/clock';
import { z } from 'zod';
import type { JsonObject } from './canonical-json.ts';
import {
  checkAttribute,
  checkContentType,
  checkData,
  checkEventSize,
  readTime,
  type RuleBreak,
} from './event-rules.ts';
import { eventLimits } from './limits.ts';

/** A CloudEvents 1.0 event in JSON, with the attributes that usage needs; other attributes are ignored. */
export interface UsageEvent {
  /** Unique within (tenant, subject, source): the same id again is the same event. */
  readonly id: string;
  /** What produced the event. */
  readonly source: string;
  /** Selects the meters. */
  readonly type: string;
  /** The customer's key. */
  readonly subject: string;
  /** RFC 3339 with a zone. Fixed when the event is created, never when it is sent. */
  readonly time: string;
  readonly data?: JsonObject | null | undefined;
  readonly specversion?: '1.0' | undefined;
  readonly datacontenttype?: string | undefined;
}

/** An event that the contract accepts. `data` holds exact numbers only. */
export interface AcceptedEvent {
  /** Comes from the access key or the record key, never from the event. */
  readonly tenant: string;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: Instant;
  readonly data: JsonObject;
}

const attribute = (name: string, description: string) =>
  z
    .string()
    .min(1)
    .max(eventLimits.attributeBytesMax)
    .superRefine((value, context) => report(checkAttribute(name, value), context))
    .meta({
      description: `${description} At most ${eventLimits.attributeBytesMax} bytes of UTF-8.`,
    });

/** Accepts exactly what `parseUsageEvent` accepts without a window; a number that lost digits in `JSON.parse` it cannot see. */
export const usageEventSchema = z
  .looseObject({
    id: attribute(
      'id',
      'Unique within tenant, subject and source; the same id again is the same event.',
    ),
    source: attribute('source', 'What produced the event.'),
    type: attribute('type', 'The kind of usage; meters select by it.'),
    subject: attribute('subject', 'The key of the customer.'),
    time: z
      .string()
      .min(1)
      .max(eventLimits.timeLengthMax)
      .superRefine((value, context) => {
        const reading = readTime(value);
        report(reading.kind === 'ok' ? undefined : reading.broken, context);
      })
      .meta({
        format: 'date-time',
        description:
          'RFC 3339 with a zone and at most six decimals of a second; set when the event is created.',
      }),
    data: z
      .record(z.string(), z.unknown())
      .superRefine((value, context) => report(checkData(value), context))
      .nullish()
      .meta({
        description:
          'The properties. Numbers must be exact: integers up to 2^53 - 1, decimals that a double keeps; else send a decimal string.',
      }),
    specversion: z.literal('1.0').optional(),
    datacontenttype: z
      .string()
      .superRefine((value, context) => report(checkContentType(value), context))
      .optional(),
    data_base64: z.undefined().optional(),
  })
  .superRefine((value, context) => {
    const { id, source, type, subject } = value;
    const data = (value.data ?? {}) as JsonObject;
    report(checkEventSize({ id, source, type, subject, data }), context);
  })
  .meta({ id: 'UsageEvent', description: 'A CloudEvents 1.0 event that reports usage.' });

/** One event of a request that was not accepted. */
export const rejectedEventSchema = z
  .object({
    index: z.int().min(0).meta({ description: 'Position in the request, from 0.' }),
    id: z.string().nullable().meta({ description: 'The id of the event where it could be read.' }),
    code: z.string().meta({ description: 'A stable code, see docs/errors.md.' }),
    message: z.string(),
  })
  .meta({ id: 'RejectedEvent' });

/** The answer to events: both numbers add up to the events sent. */
export const ingestAnswerSchema = z
  .object({ accepted: z.int().min(0), rejected: z.array(rejectedEventSchema) })
  .meta({ id: 'IngestAnswer' });

export type RejectedEvent = Readonly<z.infer<typeof rejectedEventSchema>>;

export interface IngestAnswer {
  readonly accepted: number;
  readonly rejected: readonly RejectedEvent[];
}

function report(broken: RuleBreak | undefined, context: z.RefinementCtx): void {
  if (broken === undefined) return;
  context.addIssue({ code: 'custom', message: broken.message, params: { code: broken.code } });
}
