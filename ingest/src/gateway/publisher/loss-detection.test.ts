/**
 * The promise of `ackedThrough`, for any order of acknowledgements and failures: a reader of the log that finds a sequence
 * missing at or below the mark has found a loss, and while the log keeps its word it never finds one.
 */
import { createMetrics } from '@tidemark/platform/metrics';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ControlledLog } from '../../../test/fakes/controlled-log.ts';
import type { AppendEnd } from '../../../test/fakes/controlled-log.ts';
import { ManualScheduler } from '../../../test/fakes/manual-scheduler.ts';
import { silentLogger } from '../../../test/fakes/silent-logger.ts';
import type { GatewayMark } from '../../contract/log-message.ts';
import type { LogAppend } from '../../log/event-log.ts';
import { BatchingEventPublisher } from './event-publisher.ts';

type Step =
  | { readonly kind: 'publish' }
  | { readonly kind: 'wait'; readonly milliseconds: number }
  | { readonly kind: 'end'; readonly position: number; readonly end: AppendEnd };

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Step>({ kind: 'publish' }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        milliseconds: fc.constantFrom(5, 40, 200),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('end' as const),
        position: fc.nat(3),
        end: fc.constantFrom<AppendEnd>(
          'acknowledged',
          'acknowledged',
          'rejected',
          'rejected-but-landed',
          'refused-for-good',
        ),
      }),
    },
  ),
  { minLength: 20, maxLength: 80 },
);

interface Run {
  readonly landed: readonly GatewayMark[];
  /** Landed positions of the records that were acknowledged when they landed. */
  readonly acknowledged: readonly number[];
}

async function run(plan: readonly Step[]): Promise<Run> {
  const log = new ControlledLog();
  const scheduler = new ManualScheduler();
  const publisher = new BatchingEventPublisher({
    gatewayId: 'gw',
    log,
    seal: (_columns, { gateway }) => ({
      value: new TextEncoder().encode(JSON.stringify(gateway)),
      headers: {},
    }),
    metrics: createMetrics({ processMetrics: false }),
    logger: silentLogger,
    scheduler,
  });
  const acknowledged: number[] = [];
  for (const [count, step] of plan.entries()) {
    if (step.kind === 'publish') {
      const event = {
        tenant: 'a',
        id: `${count}`,
        source: 's',
        type: 't',
        subject: 'x',
        time: 0,
        data: {},
      };
      publisher
        .publish({ kind: 'events', events: [event], backfill: false, bytes: 1 })
        .catch(() => undefined);
    } else if (step.kind === 'wait') {
      scheduler.advance(step.milliseconds);
    } else if (log.pending.length > 0) {
      if (step.end === 'acknowledged') acknowledged.push(log.landed[0]!.length);
      log.end(step.end, step.position % log.pending.length);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  const stopped = publisher.stop(0);
  scheduler.advance(0);
  await stopped;
  return { landed: log.landed[0]!.map(markOf), acknowledged };
}

const markOf = ({ value }: LogAppend) => JSON.parse(new TextDecoder().decode(value)) as GatewayMark;

/** Sequences that a reader of the log knows to be lost. */
function findLosses(records: readonly GatewayMark[]): string[] {
  const seen = new Map<string, Set<number>>();
  const losses = new Set<string>();
  for (const { gatewayId, sequence, ackedThrough } of records) {
    const known = seen.get(gatewayId) ?? new Set();
    seen.set(gatewayId, known.add(sequence));
    for (let each = 1; each <= ackedThrough; each += 1) {
      if (!known.has(each)) losses.add(`${gatewayId}/${each}`);
    }
  }
  return [...losses];
}

describe('the loss detector', () => {
  it('never cries wolf, whatever fails and lands in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const { landed } = await run(plan);
        expect(findLosses(landed)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('finds each acknowledged envelope that the log lost and a later mark covers', async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        const { landed, acknowledged } = await run(plan);
        for (const lost of acknowledged) {
          const mark = landed[lost]!;
          const rest = landed.filter((_, position) => position !== lost);
          const same = rest.filter(({ gatewayId }) => gatewayId === mark.gatewayId);
          const hasCopy = same.some(({ sequence }) => sequence === mark.sequence);
          const isCovered = same.some(({ ackedThrough }) => ackedThrough >= mark.sequence);
          if (hasCopy || !isCovered) continue;
          found += 1;
          expect(findLosses(rest)).toEqual([`${mark.gatewayId}/${mark.sequence}`]);
        }
      }),
      { numRuns: 200 },
    );
    // Far fewer than are found: the property must not hold for want of cases.
    expect(found).toBeGreaterThan(20);
  });
});
