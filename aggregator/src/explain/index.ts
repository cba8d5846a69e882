/** Why an invoice line has its amount. */
export { explainLine } from './explain-line.ts';
export type { ExplainedLine, LineExplanation, LineQuestion } from './explain-line.ts';
