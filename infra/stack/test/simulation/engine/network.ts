/** How messages between processes and servers fare. Healed, it loses nothing and is still of uneven speed. */
import type { Random } from './random.ts';

export type Fate = 'arrives' | 'request-lost' | 'answer-lost';

/** What becomes of an insert beside the fate of its message. */
export type Landing =
  | 'whole'
  /** Some rows land and the statement fails. */
  | 'partial'
  /** The statement fails for the caller and lands later. */
  | 'late'
  /** It lands, and a copy of it once more later. */
  | 'twice'
  | 'refused';

export class Network {
  readonly #random: Random;
  /** Scales every fault; 0: healed. */
  intensity: number;

  constructor(random: Random, intensity: number) {
    this.#random = random;
    this.intensity = intensity;
  }

  delayMs(): number {
    const slow = this.#random.chance(0.03 * this.intensity);
    return this.#random.delayMs(slow ? 2000 : 4);
  }

  timeoutMs(): number {
    return this.#random.between(50, 3000);
  }

  fate(): Fate {
    const draw = this.#random.next();
    if (draw < 0.02 * this.intensity) return 'request-lost';
    if (draw < 0.06 * this.intensity) return 'answer-lost';
    return 'arrives';
  }

  landing(): Landing {
    const draw = this.#random.next() / Math.max(this.intensity, 1e-9);
    if (draw < 0.03) return 'refused';
    if (draw < 0.09) return 'partial';
    if (draw < 0.15) return 'late';
    if (draw < 0.2) return 'twice';
    return 'whole';
  }

  lateMs(): number {
    return this.#random.delayMs(this.#random.chance(0.3) ? 120_000 : 5000);
  }

  isBroken(): boolean {
    return this.#random.chance(0.4);
  }

  chance(probability: number): boolean {
    return this.#random.chance(probability * this.intensity);
  }

  get random(): Random {
    return this.#random;
  }
}
