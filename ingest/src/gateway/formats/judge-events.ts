/** The rules of one event after another, shared by all formats that read JSON. */
import { parseUsageEvent } from '../../contract/parse-usage-event.ts';
import type { ParseContext } from '../../contract/parse-usage-event.ts';
import type { AcceptedEvent, RejectedEvent } from '../../contract/usage-event.ts';
import type { ValueRules } from '../ports.ts';
import type { ReadContext, ReadEvents } from '../read-events.ts';
import { findUnmeasurable } from '../unmeasurable-values.ts';

export class EventJudge {
  readonly #context: ReadContext;
  readonly #parse: ParseContext;
  readonly #rulesByType = new Map<string, ValueRules>();
  readonly #accepted: AcceptedEvent[] = [];
  readonly #rejected: RejectedEvent[] = [];
  #index = 0;

  constructor(context: ReadContext, given: { readonly specversionRequired: boolean }) {
    const { tenant, backfill, now, rules } = context;
    this.#context = context;
    this.#parse = {
      tenant,
      acceptance: backfill ? null : { window: rules.acceptanceWindow(tenant), at: now },
      specversionRequired: given.specversionRequired,
    };
  }

  /** Judges the next event of the body: a parsed JSON value in which flaws are marked. */
  judge(json: unknown): void {
    const parsed = parseUsageEvent(json, this.#parse);
    if (parsed.kind === 'rejected') {
      this.reject(parsed);
      return;
    }
    const reason = findUnmeasurable(parsed.event, this.#rulesOf);
    if (reason === undefined) {
      this.#accepted.push(parsed.event);
      this.#index += 1;
    } else this.reject({ id: parsed.event.id, ...reason });
  }

  /** The next event of the body cannot be read at all. */
  reject({ id, code, message }: Omit<RejectedEvent, 'index'>): void {
    this.#rejected.push({ index: this.#index, id, code, message });
    this.#index += 1;
  }

  results(): ReadEvents {
    return { kind: 'events', accepted: this.#accepted, rejected: this.#rejected };
  }

  readonly #rulesOf = (type: string): ValueRules => {
    let rules = this.#rulesByType.get(type);
    if (rules === undefined) {
      rules = this.#context.rules.valueRules(this.#context.tenant, type);
      this.#rulesByType.set(type, rules);
    }
    return rules;
  };
}
