/** How a lookup slows down as the index fills: each event asks once and, being new, is remembered. */
import { answerNew, DedupAnswers, DedupIndex } from '@tidemark/rater/engine';
import { defaultDedupLimits } from '@tidemark/rater/partitions';
import { mustEqual } from '../lib/comparison.ts';
import type {
  BenchmarkCase,
  Comparison,
  Measurement,
  OpenCase,
  RunSize,
} from '../lib/comparison.ts';
import { CpuMeter } from '../lib/cpu-meter.ts';
import { SeededRandom } from '../workload/random.ts';

export const dedup: Comparison = {
  name: 'dedup',
  question: 'What does exact deduplication cost with 10^4 to 10^7 known ids, and how much memory?',
  quick: false,
  cases: [
    indexCase('known-1e4', 1e4),
    indexCase('known-1e5', 1e5),
    indexCase('known-1e6', 1e6),
    indexCase('known-1e7', 1e7),
    { name: 'set', title: 'Set of strings, 10^6 known ids', unit: 'id', open: openSet },
  ],
  ratios: [
    { name: 'index / Set of strings', of: 'known-1e6', to: 'set', by: 'cpu' },
    { name: '10^7 known / 10^4 known', of: 'known-1e7', to: 'known-1e4', by: 'cpu' },
  ],
};

const batch = 5000;
const inProcess = { own: 'rater', others: {} };
const askedPerRound = 200_000;

function indexCase(name: string, known: number): BenchmarkCase {
  const title = `index with 10^${Math.log10(known)} known ids`;
  return { name, title, unit: 'id', open: () => openIndex(known) };
}

function openIndex(known: number): Promise<OpenCase> {
  const index = new DedupIndex(defaultDedupLimits);
  const random = new SeededRandom(7);
  const answers = new DedupAnswers();
  const lanes = new Uint32Array(batch * 4);
  let duplicates = 0;
  let offset = 0;
  /** A hundredth of the ids of a batch stand in it twice. */
  const drawBatch = (): void => {
    for (let lane = 0; lane < lanes.length; lane++) lanes[lane] = random.uint32();
    for (let row = 100; row < batch; row += 100) {
      lanes.copyWithin(row * 4, (row - 50) * 4, (row - 49) * 4);
    }
  };
  const ask = (): void => {
    index.reserve(batch);
    index.lookupAll(lanes, batch, answers);
    for (let row = 0; row < batch; row++) {
      if (answers.kinds[row] !== answerNew || index.findRecent(lanes, row * 4)) duplicates++;
      else index.insert(lanes, row * 4, { offset, index: row, payloadCheck: 0 });
    }
    offset++;
  };
  while (index.count < known) {
    drawBatch();
    ask();
  }
  return Promise.resolve({
    measure: (): Promise<Measurement> => {
      duplicates = 0;
      let cpu = 0;
      let wallMs = 0;
      for (let asked = 0; asked < askedPerRound; asked += batch) {
        drawBatch();
        const meter = new CpuMeter(inProcess);
        ask();
        const used = meter.stop();
        cpu += used.cpu['rater'] ?? 0;
        wallMs += used.wallMs;
      }
      mustEqual('duplicates', duplicates, (askedPerRound / batch) * (batch / 100 - 1));
      const figures = { 'bytes an id': index.byteSize / index.count, MB: index.byteSize / 1e6 };
      return Promise.resolve({ units: askedPerRound, wallMs, cpu: { rater: cpu }, figures });
    },
    close: () => Promise.resolve(),
  });
}

function openSet({ quick }: RunSize): Promise<OpenCase> {
  const random = new SeededRandom(7);
  const draw = (): string => [0, 1, 2, 3].map(() => random.uint32().toString(16)).join('-');
  const seen = new Set<string>();
  const known = quick ? 3e5 : 1e6;
  while (seen.size < known) seen.add(draw());
  return Promise.resolve({
    measure: (): Promise<Measurement> => {
      const ids = Array.from({ length: askedPerRound }, draw);
      const before = seen.size;
      const meter = new CpuMeter(inProcess);
      for (const id of ids) if (!seen.has(id)) seen.add(id);
      const used = meter.stop();
      mustEqual('new ids', seen.size - before, askedPerRound);
      return Promise.resolve({ units: askedPerRound, ...used });
    },
    close: () => Promise.resolve(),
  });
}
