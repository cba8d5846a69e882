/**
 * The customers of one envelope: a small number a row in place of (tenant, subject), and per number what the partition
 * remembers of that customer. Texts are looked up once a dictionary entry, not once an event.
 */
import type { EventColumns } from '@tidemark/ingest/contract';
import { DenseNumbers } from './dense-numbers.ts';
import type { IdentityPrefix } from './fingerprint.ts';
import { entryAt, textAt } from './property-reader.ts';
import type { SubjectEntry, SubjectTable } from './subject-table.ts';

export class EnvelopeCustomers {
  /** The customer's number of each row, from 0 without gaps. */
  readonly codes: Uint32Array;
  readonly codeCount: number;
  readonly #columns: EventColumns;
  readonly #table: SubjectTable;
  readonly #entries: (SubjectEntry | undefined)[];
  /** By customer, while the envelope has one source. */
  readonly #prefixes: (IdentityPrefix | undefined)[] = [];

  constructor(columns: EventColumns, table: SubjectTable) {
    const { count, tenant, subject } = columns;
    this.#columns = columns;
    this.#table = table;
    this.codes = new Uint32Array(count);
    if (tenant.dictionary.length === 1) {
      if (subject.indices !== null) this.codes.set(subject.indices);
      this.codeCount = subject.dictionary.length;
    } else this.codeCount = this.#numberPairs();
    this.#entries = new Array<SubjectEntry | undefined>(this.codeCount);
  }

  at(row: number): SubjectEntry {
    return this.#entries[this.codes[row] ?? 0] ?? this.#lookUp(row);
  }

  /** What the identities of the row's (tenant, subject, source) share. */
  identityPrefixAt(row: number): IdentityPrefix {
    const { source } = this.#columns;
    if (source.dictionary.length > 1) return this.at(row).prefix(textAt(source, row));
    const code = this.codes[row] ?? 0;
    const known = this.#prefixes[code];
    if (known !== undefined) return known;
    const prefix = this.at(row).prefix(textAt(source, row));
    this.#prefixes[code] = prefix;
    return prefix;
  }

  /** Numbers the (tenant, subject) pairs that occur. */
  #numberPairs(): number {
    const { count, tenant, subject } = this.#columns;
    const tenants = tenant.dictionary.length;
    const numbers = new DenseNumbers(subject.dictionary.length * tenants);
    for (let row = 0; row < count; row++) {
      const pair = entryAt(subject, row) * tenants + entryAt(tenant, row);
      const known = numbers.find(pair);
      this.codes[row] = known < 0 ? numbers.add(pair) : known;
    }
    return numbers.count;
  }

  #lookUp(row: number): SubjectEntry {
    const { tenant, subject } = this.#columns;
    const entry = this.#table.entry(textAt(tenant, row), textAt(subject, row));
    this.#entries[this.codes[row] ?? 0] = entry;
    return entry;
  }
}
