/** Three kills at every failpoint, on real processes; walk-failpoints.ts says what goes on meanwhile. */
import { createTemporaryDirectory } from '@tidemark/platform/testing';
import { failpointNames } from '@tidemark/platform/failpoint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChaosWorld, startServers } from '../../chaos/chaos-world.ts';
import { killsAt, walkFailpoints } from '../../chaos/failpoint-lane.ts';
import {
  embeddedFailpoints,
  failpointWaves,
  walkAllFailpoints,
} from '../../chaos/walk-failpoints.ts';
import { EmbeddedStack } from '../fixtures/embedded-stack.ts';
import { whyNoKafkaStack } from '../fixtures/requirements.ts';

const missing = whyNoKafkaStack();
const killsPerPoint = 3;

it('each belong to one lane, or to the all-in-one process', () => {
  const walked = failpointWaves.flatMap((lanes) => Object.values(lanes).flat());
  expect([...walked, ...embeddedFailpoints].sort()).toEqual([...failpointNames].sort());
  expect(failpointNames.length).toBeGreaterThanOrEqual(27);
});

describe.skipIf(missing !== null)(`failpoints${missing === null ? '' : ` (${missing})`}`, () => {
  const cleanups: (() => Promise<void> | void)[] = [];
  let world: ChaosWorld;

  beforeAll(async () => {
    const directory = createTemporaryDirectory('failpoints');
    cleanups.push(() => {
      directory.remove();
    });
    const servers = await startServers(directory.path);
    cleanups.push(() => servers.stop());
    world = await ChaosWorld.start(servers, {
      name: 'failpoints',
      directory: directory.path,
      sessionTimeoutMs: 1000,
      closeWorkers: 1,
    });
    cleanups.push(() => world.stop());
  });
  afterAll(async () => {
    for (const cleanup of cleanups.reverse()) await cleanup();
  });

  it('lose nothing, count nothing twice and move no cent', { timeout: 600_000 }, async () => {
    const walk = await walkAllFailpoints(world, { killsPerPoint, seed: 7 });
    expect(walk).toMatchObject({
      kills: (failpointNames.length - embeddedFailpoints.length) * killsPerPoint,
      rejected: [],
      reconciled: true,
      verdict: { billed: walk.sent, lost: 0, double: 0, centsOff: '0', problems: [] },
    });
  });
});

describe('failpoints of the embedded log', () => {
  it('lose nothing and count nothing twice', { timeout: 300_000 }, async () => {
    const directory = createTemporaryDirectory('embedded-failpoints');
    const stack = await EmbeddedStack.start(directory.path);
    try {
      let walked = false;
      const walk = walkFailpoints(stack.process, killsAt(embeddedFailpoints)).finally(() => {
        walked = true;
      });
      while (!(walked as boolean)) await stack.send(100);
      expect(await walk).toHaveLength(embeddedFailpoints.length * killsPerPoint);
      expect(await stack.close()).toMatchObject({
        status: 'done',
        totals: { USD: stack.expectedTotal },
      });
      expect(await stack.reconciliation()).toMatchObject({
        reconciled: true,
        totals: { stored: stack.sent, difference: 0 },
      });
    } finally {
      await stack.process.kill();
      directory.remove();
    }
  });
});
