/** Reads of usage from memory: events by tenant, found and listed as the store would. */
import { AppError } from '@tidemark/platform/errors';
import type {
  Document,
  DocumentPage,
  EventsQuestion,
  SpendQuestion,
  UsageQuestion,
  UsageReads,
} from '../../src/server/usage-reads.ts';

export interface MemoryEvent {
  readonly tenant: string;
  readonly customer: string;
  readonly source: string;
  readonly id: string;
  readonly type: string;
}

export class MemoryUsageReads implements UsageReads {
  readonly stored: MemoryEvent[] = [];
  readonly usageQuestions: UsageQuestion[] = [];
  readonly spendQuestions: SpendQuestion[] = [];

  usage(question: UsageQuestion): Promise<Document> {
    this.usageQuestions.push(question);
    return Promise.resolve({
      asOf: [],
      data: this.#of(question.tenant).length > 0 ? [question] : [],
    });
  }

  spend(question: SpendQuestion): Promise<Document> {
    this.spendQuestions.push(question);
    const known = this.#of(question.tenant).some(({ customer }) => customer === question.customer);
    if (!known)
      return Promise.reject(new AppError('not-found', 'api/not-found', 'No such customer.'));
    return Promise.resolve({ customer: question.customer, lines: [], total: '0.00', asOf: [] });
  }

  explainLine(): Promise<Document> {
    return Promise.reject(new AppError('not-found', 'api/not-found', 'No such line.'));
  }

  events(question: EventsQuestion): Promise<DocumentPage> {
    return Promise.resolve({ data: this.#of(question.tenant), nextCursor: null });
  }

  event(question: { tenant: string; source: string; id: string }): Promise<Document> {
    const found = this.#of(question.tenant).find(
      ({ id, source }) => id === question.id && source === question.source,
    );
    if (found === undefined) {
      return Promise.reject(new AppError('not-found', 'api/not-found', 'No such event.'));
    }
    return Promise.resolve({ state: 'stored', ...found });
  }

  conflicts({ tenant }: { tenant: string }): Promise<DocumentPage> {
    return Promise.resolve({ data: this.#of(tenant), nextCursor: null });
  }

  deadLetters({ tenant }: { tenant: string }): Promise<DocumentPage> {
    return Promise.resolve({ data: this.#of(tenant), nextCursor: null });
  }

  reconciliation({ tenant }: { tenant: string }): Promise<Document> {
    return Promise.resolve({ reconciled: true, data: this.#of(tenant) });
  }

  #of(tenant: string): (MemoryEvent & Document)[] {
    return this.stored.filter((event) => event.tenant === tenant).map((event) => ({ ...event }));
  }
}
