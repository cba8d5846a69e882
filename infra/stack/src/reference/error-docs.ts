/** `docs/errors.md`, from the closed tables of codes that the packages keep. */
import { aggregatorErrorCodes } from '@tidemark/aggregator/error-codes';
import { apiProblemCodes } from '@tidemark/api/control-plane';
import { problemCodes } from '@tidemark/ingest/contract';
import { haltReasons } from '@tidemark/rater/partitions';
import { pricingErrorCodes } from '@tidemark/rater/pricing';

interface ErrorRow {
  readonly code: string;
  readonly status: string;
  readonly meaning: string;
  readonly action: string;
}

const sections: readonly { readonly title: string; readonly rows: readonly ErrorRow[] }[] = [
  {
    title: 'Events, requests to the gateway, the log',
    rows: Object.entries(problemCodes).map(([code, { about, status, meaning, action }]) => ({
      code,
      status: status === null ? about : String(status),
      meaning,
      action,
    })),
  },
  {
    title: 'Meters, prices, previews',
    rows: Object.entries(pricingErrorCodes).map(([code, action]) => row(code, action)),
  },
  {
    title: 'Halted partitions',
    rows: Object.entries(haltReasons).map(([code, { meaning, action }]) => ({
      code,
      status: 'halt',
      meaning,
      action,
    })),
  },
  {
    title: 'Usage and period close',
    rows: Object.entries(aggregatorErrorCodes).map(([code, action]) => row(code, action)),
  },
  {
    title: 'Control plane',
    rows: Object.entries(apiProblemCodes).map(([code, { status, action }]) => ({
      ...row(code, action),
      status: String(status),
    })),
  },
];

export function writeErrorDocs(): string {
  const lines = [
    '# Errors',
    '',
    'Every stable code, with what its reader can do. Generated from the code tables of the packages (`npm run docs -w',
    '@tidemark/stack`). The column "where" is an HTTP status, or what the code is about.',
    '',
  ];
  for (const { title, rows } of sections) {
    lines.push(`## ${title}`, '', '| code | where | meaning | what to do |', '|---|---|---|---|');
    for (const { code, status, meaning, action } of rows) {
      lines.push(`| \`${code}\` | ${status} | ${cell(meaning)} | ${cell(action)} |`);
    }
    lines.push('');
  }
  return lines.join('\n');
}

function row(code: string, action: string): ErrorRow {
  return { code, status: '', meaning: '', action };
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
