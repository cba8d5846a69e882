import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { silentLogger } from '../log/index.ts';
import { createLifecycle } from './lifecycle.ts';
import { stopOnSignal } from './signals.ts';
import type { SignalSource, StopSignal } from './signals.ts';

function recorder() {
  const steps: string[] = [];
  const part = (name: string) => ({
    start: () => {
      steps.push(`start ${name}`);
      return name;
    },
    stop: () => {
      steps.push(`stop ${name}`);
    },
  });
  return { steps, part };
}

const never = () => new Promise<never>(() => undefined);

describe('createLifecycle', () => {
  it('starts in order and stops in reverse, once', async () => {
    const { steps, part } = recorder();
    const lifecycle = createLifecycle({ log: silentLogger });
    expect(await lifecycle.start('a', part('a'))).toBe('a');
    await lifecycle.start('b', part('b'));
    await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect(steps).toEqual(['start a', 'start b', 'stop b', 'stop a']);
    expect(lifecycle.state).toBe('stopped');
  });

  it('rolls back what was started when a part fails', async () => {
    const { steps, part } = recorder();
    const lifecycle = createLifecycle({ log: silentLogger });
    await lifecycle.start('a', part('a'));
    const failing = { start: () => Promise.reject(new Error('no port')) };
    await expect(lifecycle.start('b', failing)).rejects.toThrow('no port');
    expect(steps).toEqual(['start a', 'stop a']);
    await expect(lifecycle.start('c', part('c'))).rejects.toMatchObject({
      code: 'platform/stopping',
    });
  });

  it('gives up on a part that does not start and stops it if it comes up later', async () => {
    const lifecycle = createLifecycle({ log: silentLogger });
    const late = Promise.withResolvers<string>();
    const stoppedLate = Promise.withResolvers<string>();
    const starting = lifecycle.start('slow', {
      start: () => late.promise,
      stop: (value) => stoppedLate.resolve(value),
      startTimeoutMs: 5,
    });
    await expect(starting).rejects.toMatchObject({ code: 'platform/start-timeout' });
    late.resolve('up');
    expect(await stoppedLate.promise).toBe('up');
  });

  it('stops the others when one part hangs or throws while stopping', async () => {
    const { steps, part } = recorder();
    const lifecycle = createLifecycle({ log: silentLogger });
    await lifecycle.start('a', part('a'));
    await lifecycle.start('hangs', { start: () => 1, stop: never, stopTimeoutMs: 5 });
    await lifecycle.start('throws', { start: () => 1, stop: () => Promise.reject(new Error('x')) });
    const report = await lifecycle.stop();
    expect(report.failed.map((failure) => failure.name)).toEqual(['throws', 'hangs']);
    expect(report.stopped).toEqual(['a']);
    expect(steps).toContain('stop a');
  });

  it('a stop during a start aborts it', async () => {
    const lifecycle = createLifecycle({ log: silentLogger });
    const entered = Promise.withResolvers<undefined>();
    const starting = lifecycle.start('slow', {
      start: (signal) => {
        entered.resolve(undefined);
        return new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        });
      },
    });
    const refused = expect(starting).rejects.toThrow();
    await entered.promise;
    await lifecycle.stop();
    await refused;
  });
});

class FakeProcess implements SignalSource {
  readonly #events = new EventEmitter();
  readonly exits: number[] = [];
  on(signal: StopSignal, listener: () => void) {
    return this.#events.on(signal, listener);
  }
  off(signal: StopSignal, listener: () => void) {
    return this.#events.off(signal, listener);
  }
  exit(code: number) {
    this.exits.push(code);
  }
  send(signal: StopSignal) {
    this.#events.emit(signal);
  }
  get listening() {
    return this.#events.eventNames().length > 0;
  }
}

describe('stopOnSignal', () => {
  it('stops on the first signal and removes its listeners', async () => {
    const source = new FakeProcess();
    const { steps, part } = recorder();
    const lifecycle = createLifecycle({ log: silentLogger });
    await lifecycle.start('a', part('a'));
    const code = stopOnSignal(lifecycle, silentLogger, source);
    source.send('SIGTERM');
    expect(await code).toBe(0);
    expect(steps).toContain('stop a');
    expect(source.listening).toBe(false);
  });

  it('exits at once on the second signal', async () => {
    const source = new FakeProcess();
    const lifecycle = createLifecycle({ log: silentLogger });
    await lifecycle.start('hangs', { start: () => 1, stop: never, stopTimeoutMs: 20 });
    const code = stopOnSignal(lifecycle, silentLogger, source);
    source.send('SIGINT');
    source.send('SIGINT');
    expect(source.exits).toEqual([130]);
    expect(await code).toBe(1);
  });
});
