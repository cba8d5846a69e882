import { systemClock } from '@tidemark/platform/clock';
import type { Clock } from '@tidemark/platform/clock';
import { silentLogger } from '@tidemark/platform/log';
import type { SqlDatabase } from '@tidemark/platform/postgres';
import { createControlPlane } from '../../src/control-plane.ts';
import type { ControlPlane } from '../../src/control-plane.ts';
import { MarkerRaters } from './marker-raters.ts';
import { MemoryEventLog } from './memory-event-log.ts';

export interface ControlPlaneFixture {
  readonly controlPlane: ControlPlane;
  readonly eventLog: MemoryEventLog;
  readonly raters: MarkerRaters;
}

let incarnations = 0;

/** A control plane over a log in memory and raters that acknowledge. Each has a log of its own life. */
export async function createFixture(
  database: SqlDatabase,
  clock: Clock = systemClock,
): Promise<ControlPlaneFixture> {
  incarnations += 1;
  const eventLog = new MemoryEventLog(4, incarnations);
  const raters = new MarkerRaters(eventLog);
  const controlPlane = await createControlPlane({
    database,
    clock,
    log: silentLogger,
    eventLog,
    progress: raters,
  });
  raters.keys = controlPlane.installationKeys;
  raters.source = controlPlane.catalogSource;
  return { controlPlane, eventLog, raters };
}
