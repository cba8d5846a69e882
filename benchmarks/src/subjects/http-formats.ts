/**
 * The gateway alone, over a log that keeps nothing, beside a bare route of the same web framework that reads the same bodies:
 * what each format costs to read, judge, spread over partitions, seal and answer. The generator is a process of its own; its CPU
 * time stands among the figures, not in the ratios.
 */
import { Child } from '../http/child.ts';
import type { GatewayCounts, GatewayLog, GatewayPorts } from '../http/gateway-process.ts';
import { httpLoads, LoadGenerator } from '../http/http-load.ts';
import type { HttpLoad } from '../http/http-load.ts';
import { mustEqual } from '../lib/comparison.ts';
import type { BenchmarkCase, Comparison, Measurement } from '../lib/comparison.ts';
import { CpuMeter } from '../lib/cpu-meter.ts';
import { Shared } from '../lib/shared.ts';

type Target = keyof GatewayPorts;

interface GatewayAndLoad {
  readonly gateway: Child;
  readonly ports: GatewayPorts;
  readonly generator: LoadGenerator;
  stop(): Promise<void>;
}

const shared = new Shared(async (): Promise<GatewayAndLoad> => {
  const log: GatewayLog = { kind: 'forgetful' };
  const file = new URL('../http/gateway-process.ts', import.meta.url);
  const gateway = new Child(file, [JSON.stringify(log)]);
  const generator = new LoadGenerator();
  const ports = await gateway.receive<GatewayPorts>();
  const stop = async (): Promise<void> => {
    await Promise.all([gateway.stop(), generator.stop()]);
  };
  return { gateway, ports, generator, stop };
});

const loads = Object.values(httpLoads);

export const httpFormats: Comparison = {
  name: 'http-formats',
  question: 'What does an event cost in the gateway by format of the request?',
  cases: loads.flatMap((load) => [formatCase(load, 'gateway'), bareRouteCase(load)]),
  ratios: loads.map(({ name }) => ({
    name: `${name}: gateway / bare route, CPU`,
    of: `gateway-${name}`,
    to: `bare-${name}`,
    by: 'cpu',
  })),
};

export function bareRouteCase(load: HttpLoad): BenchmarkCase {
  return formatCase(load, 'bare');
}

function formatCase(load: HttpLoad, target: Target): BenchmarkCase {
  return {
    name: `${target}-${load.name}`,
    title: target === 'gateway' ? load.title : `bare route: ${load.title}`,
    unit: 'event',
    quick: load.quick,
    open: async (size) => {
      const servers = await shared.acquire();
      return {
        measure: () => measure(servers, load, target, load.events(size)),
        close: () => shared.release(),
      };
    },
  };
}

async function measure(
  { gateway, ports, generator }: GatewayAndLoad,
  load: HttpLoad,
  target: Target,
  events: number,
): Promise<Measurement> {
  const before = await gateway.ask<GatewayCounts>({});
  const meter = new CpuMeter({ own: null, others: { generator: generator.processId } });
  const report = await generator.send(load, ports[target], events);
  const { wallMs, cpu } = meter.stop();
  const after = await gateway.ask<GatewayCounts>({});
  const logged = after.events - before.events;
  mustEqual('accepted events', report.accepted, target === 'gateway' ? report.events : 0);
  mustEqual('logged events', logged, report.accepted);
  const envelopes = after.envelopes - before.envelopes;
  const figures = {
    'requests/s': (report.events / load.eventsPerRequest / wallMs) * 1000,
    'generator µs': (cpu['generator'] ?? 0) / report.events,
    'bytes each': report.bytes / report.events,
    ...(target === 'gateway' ? { 'events an envelope': logged / envelopes } : {}),
  };
  const server = after.cpuMicroseconds - before.cpuMicroseconds;
  return { units: report.events, wallMs, cpu: { server }, figures };
}
