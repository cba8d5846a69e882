/** Every query of the dashboards, run by a real Prometheus that scrapes a real pipeline with traffic on it. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '@tidemark/platform/config';
import { silentLogger } from '@tidemark/platform/log';
import { createTemporaryDirectory, findFreePort } from '@tidemark/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pipelineRows } from '../../src/grafana/panels.ts';
import { embeddedConfigSchema } from '../../src/roles/config.ts';
import { startEmbeddedStack } from '../../src/roles/embedded.ts';
import type { EmbeddedStack } from '../../src/roles/embedded.ts';
import { whyNoPrometheus } from '../fixtures/requirements.ts';

interface PrometheusAnswer {
  readonly status: string;
  readonly error?: string;
  readonly data?: { readonly result: { readonly value: [number, string] }[] };
}

const missing = whyNoPrometheus();
/** Rejections and refusals exist as series only once there was one of them. */
const brokenBodies = ['{"id":', '{"id":"x","source":"s","type":"web.request"}'];

describe.skipIf(missing !== null)(
  `the Pipeline dashboard${missing === null ? '' : ` (${missing})`}`,
  () => {
    const directory = createTemporaryDirectory('dashboard');
    let stack: EmbeddedStack;
    let prometheus: ChildProcess;
    let prometheusUrl: string;

    beforeAll(async () => {
      const config = loadConfig(embeddedConfigSchema, {
        environment: {},
        flags: { dataDir: `${directory.path}/data`, http: { port: 0 } },
      });
      stack = await startEmbeddedStack(config, silentLogger, () => undefined);
      await send(
        '{"id":"1","source":"s","type":"web.request","subject":"acme","time":"' +
          new Date().toISOString() +
          '"}',
      );
      for (const body of brokenBodies) await send(body);
      ({ prometheus, url: prometheusUrl } = await startPrometheus(directory.path, stack.url));
    });
    afterAll(async () => {
      prometheus.kill('SIGTERM');
      await once(prometheus, 'exit');
      await stack.lifecycle.stop();
      directory.remove();
    });

    const panels = pipelineRows.flatMap((row) => row.panels);
    it.each(panels)('$title: every query finds its series', async ({ queries }) => {
      for (const { expression } of queries) {
        const values = await untilFound(expression.replaceAll('$__rate_interval', '30s'));
        expect(values.length, expression).toBeGreaterThan(0);
      }
    });

    it('shows that nothing is unaccounted for', async () => {
      const [panel] = panels;
      const values = await untilFound(panel!.queries[0]!.expression);
      expect(values).toEqual(['0']);
    });

    async function send(body: string): Promise<void> {
      const response = await fetch(`${stack.url}/v1/events`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${stack.adminKey ?? ''}`,
          'content-type': 'application/json',
        },
        body,
      });
      await response.text();
    }

    /** The series appear with the scrapes; traffic goes on, because a rate needs two samples that differ in time. */
    async function untilFound(expression: string): Promise<string[]> {
      const deadline = Date.now() + 60_000;
      for (;;) {
        const answer = (await (
          await fetch(`${prometheusUrl}/api/v1/query?query=${encodeURIComponent(expression)}`)
        ).json()) as PrometheusAnswer;
        if (answer.status !== 'success') throw new Error(`${expression}: ${answer.error ?? ''}`);
        const values = (answer.data?.result ?? []).map(({ value }) => value[1]);
        if (values.length > 0 || Date.now() > deadline) return values;
        await delay(250);
      }
    }
  },
);

async function startPrometheus(
  folder: string,
  target: string,
): Promise<{ prometheus: ChildProcess; url: string }> {
  const port = await findFreePort();
  mkdirSync(`${folder}/prometheus`, { recursive: true });
  writeFileSync(
    `${folder}/prometheus.yaml`,
    JSON.stringify({
      global: { scrape_interval: '1s' },
      scrape_configs: [
        { job_name: 'tidemark', static_configs: [{ targets: [new URL(target).host] }] },
      ],
    }),
  );
  const prometheus = spawn(
    '/usr/bin/prometheus',
    [
      `--config.file=${folder}/prometheus.yaml`,
      `--storage.tsdb.path=${folder}/prometheus`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: 'ignore' },
  );
  const url = `http://127.0.0.1:${port}`;
  const ended = once(prometheus, 'exit').then(([code]) => {
    throw new Error(`Prometheus ended with ${String(code)}.`);
  });
  ended.catch(() => undefined);
  await Promise.race([ended, untilReady(`${url}/-/ready`)]);
  return { prometheus, url };
}

async function untilReady(url: string): Promise<void> {
  for (;;) {
    const ready = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return;
    await delay(100);
  }
}
