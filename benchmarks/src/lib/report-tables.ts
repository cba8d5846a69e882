/** A result as Markdown tables: one a comparison, its ratios below. */
import { formatFigure, formatRate } from './format.ts';
import type { CaseResult, ComparisonResult, RunResult } from './result.ts';

export function reportTables(run: RunResult): string {
  return run.comparisons.map(comparisonSection).join('\n');
}

function comparisonSection(comparison: ComparisonResult): string {
  const rows = comparison.cases.map(caseRow);
  const ratios = comparison.ratios.map(
    ({ name, median, low, high, by }) =>
      `| ${name} | ${by === 'cpu' ? 'CPU' : 'rate'} | **${formatFigure(median)}** | ${formatFigure(low)} to ${formatFigure(high)} |`,
  );
  const ratioTable =
    ratios.length === 0
      ? []
      : ['', '| ratio | by | median | quartiles |', '| --- | --- | ---: | ---: |', ...ratios];
  return [
    `### ${comparison.name}`,
    '',
    comparison.quick ? `${comparison.question} (Small sizes.)` : comparison.question,
    '',
    '| case | a second | quartiles | CPU µs each | by process | further |',
    '| --- | ---: | ---: | ---: | --- | --- |',
    ...rows,
    ...ratioTable,
    '',
  ].join('\n');
}

function caseRow(result: CaseResult): string {
  if (result.failure !== null) return `| ${result.title} | no result: ${result.failure} | | | | |`;
  const { unitsPerSecond, cpuPerUnit, cpuByProcess, figures, unit } = result;
  return [
    '',
    ` ${result.title} `,
    ` **${formatRate(unitsPerSecond.median)}** ${unit}s `,
    ` ${formatRate(unitsPerSecond.low)} to ${formatRate(unitsPerSecond.high)} `,
    ` ${formatFigure(cpuPerUnit.median)} `,
    ` ${listed(cpuByProcess)} `,
    ` ${listed(figures)} `,
    '',
  ].join('|');
}

function listed(figures: Readonly<Record<string, number>>): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${formatFigure(value)}`)
    .join(', ');
}
