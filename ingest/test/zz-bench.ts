import { randomUUID, randomBytes } from 'node:crypto';
import { createMetrics } from '@tidemark/platform/metrics';
import { ColumnsBuilder, encodeClientColumns, deriveKeys, encodeEnvelope, formatInstant } from '@tidemark/ingest/contract';
import { readColumnarEvents } from '../src/gateway/formats/columnar.ts';
import { readJsonEvents, plainJson } from '../src/gateway/formats/json.ts';
import { createEventPublisher } from '../src/gateway/index.ts';
import { StaticEventRules } from './fakes/static-event-rules.ts';
import { silentLogger } from './fakes/silent-logger.ts';
const now = Date.now() * 1000;
const mk = (i: number) => ({ tenant: '', id: randomUUID(), source: 'bench', type: 'web.request', subject: `cust-${Math.floor(Math.random()**3*5000)}`, time: now + i, data: { bytes: Math.floor(Math.random()*1e6), kind: ['image','video','api'][i%3]!, seconds: Math.round(Math.random()*1e5)/1000 } });
const rules = new StaticEventRules();
const ctx = { tenant: 'acme', backfill: false, now, rules };
const keys = deriveKeys(randomBytes(32));
const log = { partitionCount: 4, append: (r: readonly unknown[]) => new Promise<number[]>((res) => setTimeout(() => res(r.map(() => 0)), 3)) };
async function bench(name: string, perReq: number, reqs: number, body: (i: number) => Buffer, read: any) {
  const bodies = Array.from({ length: 20 }, (_, i) => body(i));
  for (let round = 0; round < 2; round++) {
    const publisher = createEventPublisher({ log, keys, metrics: createMetrics({ processMetrics: false }), logger: silentLogger, limits: { bytesInFlightMax: 1e12, queuedBytesMax: 1e12 } });
    let tRead = 0; const c0 = process.cpuUsage(); const t0 = performance.now();
    const conc = Number(process.env['CONC'] ?? 16); let i = 0;
    await Promise.all(Array.from({ length: conc }, async () => { while (i < reqs) { const b = bodies[i++ % 20]!; const s = performance.now(); const r = read(b, ctx); tRead += performance.now() - s;
      await publisher.publish(r.kind === 'columns' ? { kind: 'columns', columns: r.columns, rows: r.accepted, backfill: false, bytes: b.length } : { kind: 'events', events: r.accepted, backfill: false, bytes: b.length }); } }));
    const cpu = process.cpuUsage(c0); const n = reqs * perReq;
    if (round) console.log(name, 'us/event cpu', ((cpu.user + cpu.system) / n).toFixed(3), 'read', (tRead * 1000 / n).toFixed(3), 'events/s wall', Math.round(n / (performance.now() - t0) * 1000), 'body', bodies[0]!.length);
    await publisher.stop(1000);
  }
}
const col = (n: number) => () => { const b = new ColumnsBuilder(); for (let i = 0; i < n; i++) b.add(mk(i)); return Buffer.from(encodeClientColumns(b.build())); };
const js = (n: number) => () => Buffer.from(JSON.stringify(n === 1 ? { ...mk(0), time: formatInstant(now) } : Array.from({ length: n }, (_, i) => ({ ...mk(i), tenant: undefined, time: formatInstant(now + i) }))));
if (!process.env['ONLY']) await bench('columnar 2000', 2000, 400, col(2000), readColumnarEvents);
if (!process.env['ONLY']) await bench('columnar 200', 200, 2000, col(200), readColumnarEvents);
if (process.env['ONLY'] !== '1') await bench('json 100', 100, 3000, js(100), (b: Buffer, c: any) => readJsonEvents(b, plainJson, c));
if (process.env['ONLY'] !== '100') await bench('json 1', 1, 60000, js(1), (b: Buffer, c: any) => readJsonEvents(b, plainJson, c));
{ const evs = Array.from({ length: 2000 }, (_, i) => mk(i)); const t = performance.now(); for (let k = 0; k < 100; k++) { const b = new ColumnsBuilder(); for (const e of evs) b.add(e); encodeClientColumns(b.build()); } console.log('sdk encode us/event', ((performance.now() - t) * 1000 / 200000).toFixed(3)); }
