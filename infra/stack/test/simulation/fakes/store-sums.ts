/** Reads the generated part of the close's aggregating statement: which property each measure sums, under which filters. */
import type { ClickHouseParameter } from '@tidemark/platform/clickhouse';

interface Measure {
  /** `null` counts events. */
  readonly property: string | null;
  readonly filters: readonly { readonly dimension: string; readonly accepted: string }[];
}

const measuresOfSql = new Map<string, readonly Measure[]>();
const filterText =
  /ifNull\(multiIf\(startsWith\(simpleJSONExtractRaw\(data, \{(v\d+):String\}\)[\s\S]*?IN \{(v\d+):Array\(String\)\}, 0\)/g;
const valueText =
  /isNotNull\(toDecimal256OrNull\(extract\(simpleJSONExtractRaw\(data, \{(v\d+):String\}\)/;

export function sumCounts(
  sql: string,
  parameters: Readonly<Record<string, ClickHouseParameter>>,
  datas: readonly string[],
): { readonly counts: string[]; readonly sums: string[] } {
  let measures = measuresOfSql.get(sql);
  if (measures === undefined) {
    measures = parseMeasures(sql);
    measuresOfSql.set(sql, measures);
  }
  const counts: string[] = [];
  const sums: string[] = [];
  for (const { property, filters } of measures) {
    let count = 0;
    let sum = 0n;
    for (const data of datas) {
      const isAccepted = filters.every(({ dimension, accepted }) => {
        const value = textOf(data, String(parameters[dimension]));
        return value !== undefined && (parameters[accepted] as readonly string[]).includes(value);
      });
      if (!isAccepted) continue;
      if (property === null) count++;
      else {
        const scaled = scaledOf(textOf(data, String(parameters[property])));
        if (scaled === undefined) continue;
        count++;
        sum += scaled;
      }
    }
    counts.push(String(count));
    sums.push(property === null ? '0' : decimalText(sum));
  }
  return { counts, sums };
}

function parseMeasures(sql: string): Measure[] {
  const list = /AS nested,\s*\[([\s\S]*?)\] AS counts/.exec(sql)?.[1] ?? '';
  return list.split(/, toString\(countIf\(/).map((part) => ({
    property: valueText.exec(part)?.[1] ?? null,
    filters: [...part.matchAll(filterText)].map(([, dimension = '', accepted = '']) => ({
      dimension,
      accepted,
    })),
  }));
}

function textOf(data: string, property: string): string | undefined {
  const value = (JSON.parse(data) as Record<string, unknown>)[property];
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const scale = 18;

function scaledOf(text: string | undefined): bigint | undefined {
  const match = /^(-?)(\d{1,20})(?:\.(\d{1,18}))?$/.exec(text ?? '');
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = ''] = match;
  const value = BigInt(whole + fraction.padEnd(scale, '0'));
  return sign === '-' ? -value : value;
}

function decimalText(scaled: bigint): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(scale + 1, '0');
  const fraction = digits.slice(-scale).replace(/0+$/, '');
  const whole = digits.slice(0, -scale);
  return `${scaled < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
