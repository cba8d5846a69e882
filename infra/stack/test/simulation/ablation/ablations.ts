/**
 * The guards of the protocol, each with what takes it away and a seed whose run must then fail. A guard whose absence
 * nothing catches is not proven. Seeds were found by `npm run chaos -- --sim --without <guard>`, which prints the first one
 * that fails; whoever changes the scenarios looks for them again.
 */
import { closeAblations } from './close-ablations.ts';
import { logAblations } from './log-ablations.ts';
import { raterAblations } from './rater-ablations.ts';
import type { Ablation } from './ablation.ts';

export const ablations: readonly Ablation[] = [
  ...raterAblations,
  ...logAblations,
  ...closeAblations,
];
