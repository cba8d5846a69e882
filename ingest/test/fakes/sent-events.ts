/** Usage events as a producer sends them, each with an id of its own. */
import { parseInstant } from '@tidemark/platform/clock';
import { ColumnsBuilder } from '../../src/contract/columns-builder.ts';
import { encodeClientColumns } from '../../src/contract/columns-codec.ts';
import { nowText } from './gateway-under-test.ts';

let nextId = 0;

export function event(given: Readonly<Record<string, unknown>> = {}) {
  nextId += 1;
  return {
    id: `r-${nextId}`,
    source: 'edge-7',
    type: 'web.request',
    subject: `customer-${nextId % 5}`,
    time: nowText,
    data: { bytes: 203_023, kind: 'image' },
    ...given,
  };
}

export const cloudEvent = (given: Readonly<Record<string, unknown>> = {}) =>
  event({ specversion: '1.0', ...given });

/** The body that the SDK sends. */
export function columnar(events: readonly ReturnType<typeof event>[]): Uint8Array {
  const builder = new ColumnsBuilder();
  for (const each of events) {
    builder.add({ ...each, tenant: '', time: parseInstant(each.time) ?? 0 });
  }
  return encodeClientColumns(builder.build());
}
