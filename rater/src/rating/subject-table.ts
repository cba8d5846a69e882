/**
 * What is worth remembering about a subject between its events: whether it belongs to this partition, the hashed prefix of
 * its identities and the totals that its events move. Only a cache: cleared when it is full and at every catalog epoch.
 */
import type { ChargeRoute, CompiledCatalog, ValueRule } from '../catalog/compiled-catalog.ts';
import type { OwnsCustomer } from '../catalog/catalog-index.ts';
import { ByteWriter } from './byte-writer.ts';
import type { ChargeTotals, RunningTotal } from './charge-totals.ts';
import type { IdentityHasher, IdentityPrefix } from './fingerprint.ts';

/** About 300 bytes each: 30 MB a partition at most. */
const subjectsMax = 100_000;
/** Sources and types remembered per subject. */
const perSubjectMax = 64;

export interface SubjectTableSources {
  readonly catalog: CompiledCatalog;
  readonly totals: ChargeTotals;
  readonly owns: OwnsCustomer;
  readonly hasher: IdentityHasher;
}

/** The totals that events of one subject and type move while their time is in [from, to). */
export interface TotalRoute extends Pick<ChargeRoute, 'from' | 'to'> {
  /** Moved by the number of events. */
  readonly counted: readonly RunningTotal[];
  /** Moved by their number and the sum of a property, where that can be had at once; else one by one. */
  readonly summed: readonly SummedTotal[];
  /** Moved by each event by itself. */
  readonly single: readonly RunningTotal[];
}

export interface SummedTotal {
  readonly property: string;
  readonly total: RunningTotal;
}

export class SubjectTable {
  readonly sources: SubjectTableSources;
  readonly #tenants = new Map<string, Map<string, SubjectEntry>>();
  readonly #valueRules = new Map<string, ValueRule>();
  #size = 0;

  constructor(sources: SubjectTableSources) {
    this.sources = sources;
  }

  entry(tenant: string, subject: string): SubjectEntry {
    let subjects = this.#tenants.get(tenant);
    let entry = subjects?.get(subject);
    if (entry !== undefined) return entry;
    if (this.#size >= subjectsMax) this.clear();
    subjects = this.#tenants.get(tenant);
    if (subjects === undefined) {
      subjects = new Map();
      this.#tenants.set(tenant, subjects);
    }
    entry = new SubjectEntry(this.sources, tenant, subject);
    subjects.set(subject, entry);
    this.#size++;
    return entry;
  }

  /** What values must be in an event of the type at `time`. */
  valueRule(tenant: string, eventType: string, time: number): ValueRule {
    const key = `${tenant}\n${eventType}`;
    const known = this.#valueRules.get(key);
    if (known !== undefined && time >= known.from && time < known.to) return known;
    if (this.#valueRules.size >= subjectsMax) this.#valueRules.clear();
    const rule = this.sources.catalog.valueRule(tenant, eventType, time);
    this.#valueRules.set(key, rule);
    return rule;
  }

  /** Forgets everything; must be called when the catalog or a total was replaced. */
  clear(): void {
    this.#tenants.clear();
    this.#valueRules.clear();
    this.#size = 0;
  }
}

export class SubjectEntry {
  readonly tenant: string;
  readonly subject: string;
  /** Whether the subject's events belong in this partition. */
  readonly owned: boolean;
  /** The subject as length-prefixed UTF-8, ready for a `String` column. */
  readonly encoded: Uint8Array;
  readonly #sources: SubjectTableSources;
  readonly #prefixes = new Map<string, IdentityPrefix>();
  readonly #routes = new Map<string, TotalRoute>();
  #lastSource: string | undefined;
  #lastPrefix: IdentityPrefix | undefined;

  constructor(sources: SubjectTableSources, tenant: string, subject: string) {
    this.#sources = sources;
    this.tenant = tenant;
    this.subject = subject;
    this.owned = sources.owns(tenant, subject);
    const writer = new ByteWriter(subject.length + 8);
    writer.text(subject);
    this.encoded = writer.take();
  }

  prefix(source: string): IdentityPrefix {
    if (source === this.#lastSource && this.#lastPrefix !== undefined) return this.#lastPrefix;
    let prefix = this.#prefixes.get(source);
    if (prefix === undefined) {
      if (this.#prefixes.size >= perSubjectMax) this.#prefixes.clear();
      prefix = this.#sources.hasher.prefix(this.tenant, this.subject, source);
      this.#prefixes.set(source, prefix);
    }
    this.#lastSource = source;
    this.#lastPrefix = prefix;
    return prefix;
  }

  route(eventType: string, time: number): TotalRoute {
    const known = this.#routes.get(eventType);
    if (known !== undefined && time >= known.from && time < known.to) return known;
    if (this.#routes.size >= perSubjectMax) this.#routes.clear();
    const { catalog, totals } = this.#sources;
    const { from, to, segments } = catalog.route(this.tenant, this.subject, eventType, time);
    const moved = segments.map((segment) => totals.of(segment));
    const route = { from, to, ...sortedByPlainness(moved) };
    this.#routes.set(eventType, route);
    return route;
  }
}

function sortedByPlainness(
  totals: readonly RunningTotal[],
): Pick<TotalRoute, 'counted' | 'summed' | 'single'> {
  const counted: RunningTotal[] = [];
  const summed: SummedTotal[] = [];
  const single: RunningTotal[] = [];
  for (const total of totals) {
    const { plain } = total.segment.metered.rater;
    if (plain === undefined) single.push(total);
    else if (plain.property === null) counted.push(total);
    else summed.push({ property: plain.property, total });
  }
  return { counted, summed, single };
}
