/** What the API reads of usage; answers are the public documents. Implemented over ClickHouse by `createUsageReads`. */
import type { Instant } from '@tidemark/platform/clock';

export interface UsageQuestion {
  readonly tenant: string;
  readonly customer: string | undefined;
  readonly meter: string;
  readonly from: Instant;
  readonly to: Instant;
  readonly window: 'hour' | 'day' | 'month' | undefined;
  readonly timeZone: string | undefined;
  readonly groupBy: readonly string[];
  /** Accepted values by dimension. */
  readonly filter: Readonly<Record<string, readonly string[]>>;
}

export interface SpendQuestion {
  readonly tenant: string;
  readonly customer: string;
  readonly at: Instant | undefined;
  readonly subscription: string | undefined;
}

interface ListQuestion {
  readonly tenant: string;
  readonly limit: number;
  readonly cursor: string | undefined;
}

export interface EventsQuestion extends ListQuestion {
  readonly customer: string | undefined;
  readonly type: string | undefined;
  readonly from: Instant | undefined;
  readonly to: Instant | undefined;
}

export type Document = Readonly<Record<string, unknown>>;

export interface DocumentPage {
  readonly data: readonly Document[];
  readonly nextCursor: string | null;
}

export interface UsageReads {
  usage(question: UsageQuestion): Promise<Document>;
  spend(question: SpendQuestion): Promise<Document>;
  /** @throws AppError 404. */
  explainLine(question: {
    readonly tenant: string;
    readonly invoice: string;
    readonly line: string;
  }): Promise<Document>;
  events(question: EventsQuestion): Promise<DocumentPage>;
  /** @throws AppError 404; 409 `api/event-ambiguous` where several customers have it and none is named. */
  event(question: {
    readonly tenant: string;
    readonly source: string;
    readonly id: string;
    readonly customer: string | undefined;
  }): Promise<Document>;
  conflicts(
    question: ListQuestion & { readonly customer: string | undefined },
  ): Promise<DocumentPage>;
  deadLetters(
    question: ListQuestion & { readonly reason: string | undefined },
  ): Promise<DocumentPage>;
  reconciliation(question: {
    readonly tenant: string;
    readonly from: Instant | undefined;
    readonly to: Instant | undefined;
  }): Promise<Document>;
}
