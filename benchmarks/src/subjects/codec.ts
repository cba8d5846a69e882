/** Envelopes into bytes and back, signatures and checks included, beside JSON of the same events. */
import { decodeLogRecord, encodeEnvelope } from '@tidemark/ingest/contract';
import { mustEqual } from '../lib/comparison.ts';
import type { BenchmarkCase, Comparison } from '../lib/comparison.ts';
import { CpuMeter } from '../lib/cpu-meter.ts';
import { keys } from '../workload/catalog.ts';
import { cloudEventText } from '../workload/log-records.ts';
import { generateUsage, standardUsage } from '../workload/usage.ts';

export const codec: Comparison = {
  name: 'codec',
  question: 'What does the envelope cost beside JSON?',
  cases: [
    codecCase('encode', 'encode and sign an envelope'),
    codecCase('decode', 'verify, decode and check an envelope'),
    codecCase('json-parse', 'JSON.parse of each event'),
  ],
  ratios: [{ name: 'decode / JSON.parse', of: 'decode', to: 'json-parse', by: 'cpu' }],
};

const times = 4;

function codecCase(name: 'encode' | 'decode' | 'json-parse', title: string): BenchmarkCase {
  return {
    name,
    title,
    unit: 'event',
    open: ({ quick }) => {
      const events = quick ? 50_000 : 200_000;
      const usage = generateUsage({ ...standardUsage, events, now: Date.now() * 1000 });
      const envelopes = usage.envelopes.map(({ columns }) => columns);
      const mark = { gatewayId: 'bench', sequence: 1, ackedThrough: 0 };
      const encoded = envelopes.map((columns) => encodeEnvelope(columns, mark, false, keys));
      const texts =
        name === 'json-parse'
          ? envelopes.flatMap((columns) =>
              Array.from({ length: columns.count }, (_, row) => cloudEventText(columns, row)),
            )
          : [];
      const once = {
        encode: () =>
          envelopes.reduce(
            (sum, columns) =>
              encodeEnvelope(columns, mark, false, keys).value.length > 0
                ? sum + columns.count
                : sum,
            0,
          ),
        decode: () =>
          encoded.reduce((sum, record) => {
            const message = decodeLogRecord({ key: null, ...record }, keys);
            return message.kind === 'envelope' ? sum + message.columns.count : sum;
          }, 0),
        'json-parse': () =>
          texts.reduce((sum, text) => ('id' in (JSON.parse(text) as object) ? sum + 1 : sum), 0),
      }[name];
      return Promise.resolve({
        measure: () => {
          const meter = new CpuMeter({ own: 'codec', others: {} });
          let done = 0;
          for (let time = 0; time < times; time++) done += once();
          const used = meter.stop();
          mustEqual('events', done, times * events);
          return Promise.resolve({ units: done, ...used });
        },
        close: () => Promise.resolve(),
      });
    },
  };
}
