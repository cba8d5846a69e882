import type { AccidentKind } from '../scenario/accidents.ts';
import type { Distortions } from '../world/world.ts';

/** A guard of the protocol that is taken away. */
export interface Ablation {
  readonly guard: string;
  /** Without this accident the guard has nothing to do. */
  readonly accident?: AccidentKind;
  /** Passes with the guard and fails without it. */
  readonly seed: number;
  /** How a violation of that run begins. */
  readonly shows: string;
  readonly distortions: Distortions;
}
