import { describeRaterScenarios } from '../../test/scenarios/rater-scenarios.ts';
import { engineSettings } from '../../test/fakes/usage-scene.ts';
import { InProcessRatingPool } from '../pool/in-process-rating-pool.ts';

describeRaterScenarios(
  'the pool in the same process',
  () => new InProcessRatingPool(engineSettings),
);
