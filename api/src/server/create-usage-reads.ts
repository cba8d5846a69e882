/** The API's reads of usage over ClickHouse: the aggregator's queries as public documents. */
import { findEvent, listConflicts, listDeadLetters, listEvents } from '@tidemark/aggregator/events';
import type { DeadLetter, ListPosition, StoredEvent } from '@tidemark/aggregator/events';
import { readConservation } from '@tidemark/aggregator/reconcile';
import { readSpend } from '@tidemark/aggregator/spend';
import { createUsageReads as createMeterReads } from '@tidemark/aggregator/usage';
import type { ClickHouse } from '@tidemark/platform/clickhouse';
import { formatInstant } from '@tidemark/platform/clock';
import { isAppError } from '@tidemark/platform/errors';
import type { ControlPlane } from '../control-plane.ts';
import { invalidParameter, notFound, stateForbids } from '../problems.ts';
import { explainEvent } from './explain-event.ts';
import { explainInvoiceLine } from './explain-line.ts';
import type { Document, DocumentPage, SpendQuestion, UsageReads } from './usage-reads.ts';

export interface UsageReadsOptions {
  readonly clickHouse: ClickHouse;
  readonly controlPlane: ControlPlane;
}

export function createUsageReads({ clickHouse, controlPlane }: UsageReadsOptions): UsageReads {
  const meterReads = createMeterReads({
    clickHouse,
    findMeter: (tenant, key) => controlPlane.meters.versions(tenant, key),
  });
  return {
    async usage({ filter, meter, window, timeZone, ...question }) {
      const answer = await meterReads.readUsage({
        ...question,
        meter,
        filters: filter,
        ...(window === undefined ? {} : { window }),
        ...(timeZone === undefined ? {} : { timeZone }),
      });
      return {
        asOf: answer.asOf,
        data: answer.rows.map((row) => ({
          from: formatInstant(row.from),
          to: formatInstant(row.to),
          customer: row.customer,
          meter,
          group: row.group,
          quantity: row.quantity,
        })),
      };
    },
    spend: (question) => readSpendDocument(clickHouse, controlPlane, question),
    explainLine: (question) =>
      explainInvoiceLine(clickHouse, controlPlane, question, toEventDocument),
    events: (question) =>
      answerPage(async () => {
        const page = await listEvents(clickHouse, question);
        return { data: page.rows.map(toEventDocument), nextCursor: page.nextCursor };
      }),
    async event(question) {
      const found = await findEvent(clickHouse, question);
      const customers = new Set(
        [...found.stored, ...found.deadLetters].map(({ customer }) => customer),
      );
      if (customers.size === 0) throw notFound('event', `${question.source}/${question.id}`);
      if (customers.size > 1) {
        throw stateForbids(
          'api/event-ambiguous',
          'Several customers have an event with this source and id; name one with ?customer=.',
        );
      }
      const [stored] = found.stored;
      const [dead] = found.deadLetters;
      if (stored !== undefined) {
        const moved = await explainEvent(controlPlane, question.tenant, stored);
        return { state: 'stored', ...toEventDocument(stored), ...moved };
      }
      if (dead === undefined) throw notFound('event', `${question.source}/${question.id}`);
      return { state: 'dead_letter', ...toDeadLetterDocument(dead), meters: [], charges: [] };
    },
    conflicts: (question) =>
      answerPage(async () => {
        const page = await listConflicts(clickHouse, question);
        const data = page.rows.map(({ owner, position, data: text, time, logTimeMs, ...row }) => ({
          ...row,
          subject: row.customer,
          time: formatInstant(time),
          data: JSON.parse(text) as unknown,
          loggedAt: formatInstant(logTimeMs * 1000),
          coordinate: toCoordinate(position),
          first: { ...toCoordinate(position), offset: String(owner.offset), index: owner.index },
        }));
        return { data, nextCursor: page.nextCursor };
      }),
    deadLetters: (question) =>
      answerPage(async () => {
        const page = await listDeadLetters(clickHouse, question);
        return { data: page.rows.map(toDeadLetterDocument), nextCursor: page.nextCursor };
      }),
    async reconciliation(question) {
      const meters = await controlPlane.meters.versions(question.tenant);
      const conservation = await readConservation(clickHouse, { ...question, meters });
      const charges = await controlPlane.invoices.billedCharges(question);
      const { asOf, holds, measurement, rows } = conservation;
      const sum = (pick: (row: (typeof rows)[number]) => number): number =>
        rows.reduce((total, row) => total + pick(row), 0);
      return {
        reconciled: holds && charges.every((charge) => charge.holds),
        asOf,
        totals: {
          logged: sum(({ logged }) => logged),
          stored: sum(({ stored }) => stored),
          duplicate: sum(({ duplicate }) => duplicate),
          conflict: sum(({ conflict }) => conflict),
          deadLetters: sum(({ dead }) => dead),
          difference: sum(({ difference }) => difference),
        },
        data: rows.map((row) => ({
          type: row.type,
          hour: formatInstant(row.hour),
          logged: row.logged,
          stored: row.stored,
          storedRows: row.storedRows,
          duplicate: row.duplicate,
          conflict: row.conflict,
          deadLetters: row.dead,
          difference: row.difference,
        })),
        meters: measurement.map((row) => ({ ...row, hour: formatInstant(row.hour) })),
        charges: charges.map((row) => ({
          charge: row.charge,
          period: formatInstant(row.periodFrom),
          currency: row.currency,
          subscriptions: row.subscriptions,
          billed: row.billed,
          invoiced: row.invoiced,
          difference: row.difference,
        })),
      };
    },
  };
}

async function readSpendDocument(
  clickHouse: ClickHouse,
  controlPlane: ControlPlane,
  question: SpendQuestion,
): Promise<Document> {
  const { customer, tenant } = question;
  const { currency } = await controlPlane.customers.get(tenant, customer);
  const at = question.at ?? controlPlane.clock.now();
  const { due, ...terms } = await controlPlane.spendInstants({ ...question, at });
  if (due.length > 1) {
    throw stateForbids(
      'api/subscription-ambiguous',
      `Several subscriptions of "${customer}" are live then; name one with ?subscription=.`,
    );
  }
  const [instant] = due;
  if (instant === undefined || instant.ending === null) {
    throw notFound('live subscription of customer', customer);
  }
  const { draft: priced, asOf } = await readSpend(clickHouse, { ...terms, due: instant });
  const draft = priced === null ? null : await controlPlane.adjustDraft(tenant, priced);
  const { from, to, plan } = instant.ending;
  return {
    customer,
    subscription: instant.subscription,
    period: { from: formatInstant(from), to: formatInstant(to) },
    currency: draft?.document.currency ?? currency ?? plan.currency,
    lines: draft?.document.lines ?? [],
    total: draft?.document.total ?? '0',
    asOf,
  };
}

/** A cursor that the aggregator does not know is a parameter that cannot be read. */
async function answerPage(read: () => Promise<DocumentPage>): Promise<DocumentPage> {
  try {
    return await read();
  } catch (thrown) {
    if (isAppError(thrown) && thrown.code === 'aggregator/cursor-foreign') {
      throw invalidParameter('api/cursor-foreign', thrown.message);
    }
    throw thrown;
  }
}

function toEventDocument(event: StoredEvent): Document {
  return {
    id: event.id,
    source: event.source,
    type: event.type,
    subject: event.customer,
    customer: event.customer,
    time: formatInstant(event.time),
    data: JSON.parse(event.data) as unknown,
    backfill: event.backfill,
    loggedAt: formatInstant(event.logTimeMs * 1000),
    coordinate: toCoordinate(event.position),
  };
}

function toDeadLetterDocument(letter: DeadLetter): Document {
  return {
    id: letter.id,
    source: letter.source,
    type: letter.type,
    subject: letter.customer,
    customer: letter.customer,
    reason: letter.reason,
    detail: letter.detail,
    payload: letter.payload,
    loggedAt: formatInstant(letter.logTimeMs * 1000),
    coordinate: toCoordinate(letter.position),
  };
}

function toCoordinate(position: ListPosition): Document {
  return {
    incarnation: position.incarnation,
    partition: position.partition,
    offset: String(position.offset),
    index: position.index,
  };
}
