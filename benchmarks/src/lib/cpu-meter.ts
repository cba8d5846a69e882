/** CPU time by process: our own exactly, that of others and their children from the kernel's counters (10 ms a tick). */
import { readdirSync, readFileSync } from 'node:fs';

const microsecondsPerTick = 10_000;

/** Process ids by the name that results show. The own process is named by `own`. */
export interface MeteredProcesses {
  readonly own: string | null;
  readonly others: Readonly<Record<string, number>>;
}

export class CpuMeter {
  readonly #processes: MeteredProcesses;
  #atMs = 0;
  #own: NodeJS.CpuUsage = { user: 0, system: 0 };
  #others: Readonly<Record<string, number>> = {};

  constructor(processes: MeteredProcesses) {
    this.#processes = processes;
    this.start();
  }

  start(): void {
    this.#own = process.cpuUsage();
    this.#others = this.#readOthers();
    this.#atMs = performance.now();
  }

  /** Since `start`. */
  stop(): { readonly wallMs: number; readonly cpu: Record<string, number> } {
    const wallMs = performance.now() - this.#atMs;
    const own = process.cpuUsage(this.#own);
    const cpu: Record<string, number> = {};
    if (this.#processes.own !== null) cpu[this.#processes.own] = own.user + own.system;
    for (const [name, microseconds] of Object.entries(this.#readOthers())) {
      cpu[name] = microseconds - (this.#others[name] ?? 0);
    }
    return { wallMs, cpu };
  }

  #readOthers(): Record<string, number> {
    const read = Object.entries(this.#processes.others).map(
      ([name, id]) => [name, treeMicroseconds(id)] as const,
    );
    return Object.fromEntries(read);
  }
}

/** User and system time of a process with all its threads; 0 where it has ended. */
function microsecondsOf(processId: number): number {
  const fields = statusFields(processId);
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * microsecondsPerTick;
}

/** The same of a process and all that it has started. */
export function treeMicroseconds(root: number): number {
  return processTree(root).reduce((sum, id) => sum + microsecondsOf(id), 0);
}

function processTree(root: number): number[] {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ id: Number(name), parent: Number(statusFields(Number(name))[1]) }));
  const tree = [root];
  for (const id of tree) {
    tree.push(...parents.filter(({ parent }) => parent === id).map((each) => each.id));
  }
  return tree;
}

/** The fields of `/proc/<id>/stat` from the state on. */
function statusFields(processId: number): string[] {
  try {
    const text = readFileSync(`/proc/${processId}/stat`, 'utf8');
    // The name stands in parentheses and may hold anything; the fields after it are plain.
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}
