import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkConfig, loadConfig } from './load-config.ts';
import { listSettings } from './settings.ts';

const schema = z
  .strictObject({
    http: z.strictObject({
      host: z.string().default('127.0.0.1'),
      port: z.number().int().min(0).max(65_535).default(8080).describe('Port; 0 picks one.'),
    }),
    kafka: z.strictObject({ brokers: z.array(z.string()).default([]) }),
    clickhouse: z.strictObject({ url: z.url().optional() }),
    batchSizeMax: z.number().int().positive().default(100),
    batchSizeMin: z.number().int().positive().default(1),
    verbose: z.boolean().default(false),
  })
  .refine((config) => config.batchSizeMin <= config.batchSizeMax, {
    path: ['batchSizeMin'],
    message: 'must not exceed batchSizeMax',
  });

describe('loadConfig', () => {
  it('fills defaults, also of objects that nobody wrote', () => {
    const config = loadConfig(schema, { environment: {} });
    expect(config).toMatchObject({
      http: { host: '127.0.0.1', port: 8080 },
      kafka: { brokers: [] },
    });
  });

  it('lets the environment win over the file and flags over both', () => {
    const config = loadConfig(schema, {
      file: { http: { port: 1, host: '0.0.0.0' }, batchSizeMax: 5 },
      environment: {
        TIDEMARK_HTTP_PORT: '2',
        TIDEMARK_BATCH_SIZE_MAX: '6',
        TIDEMARK_KAFKA_BROKERS: 'a:1, b:2',
        TIDEMARK_VERBOSE: 'true',
      },
      flags: { http: { port: 3, host: undefined } },
    });
    expect(config).toMatchObject({
      http: { port: 3, host: '0.0.0.0' },
      batchSizeMax: 6,
      kafka: { brokers: ['a:1', 'b:2'] },
      verbose: true,
    });
  });

  it('reports all problems together and names the variables', () => {
    const environment = {
      TIDEMARK_HTTP_PORT: 'eighty',
      TIDEMARK_CLICKHOUSE_URL: 'nonsense',
      TIDEMARK_BATCH_SIZE_MAX: '-1',
    };
    const result = checkConfig(schema, { environment });
    expect(result.kind).toBe('invalid');
    const problems = result.kind === 'invalid' ? result.problems : [];
    expect(problems.map((problem) => problem.path)).toEqual([
      'http.port',
      'clickhouse.url',
      'batchSizeMax',
    ]);
    expect(problems[0]?.message).toContain('TIDEMARK_HTTP_PORT');
    expect(() => loadConfig(schema, { environment })).toThrow(
      expect.objectContaining({ code: 'platform/config-invalid' }),
    );
  });

  it('does not repeat a secret value in the problem', () => {
    const result = checkConfig(schema, { environment: { TIDEMARK_CLICKHOUSE_URL: 'hunter2' } });
    expect(JSON.stringify(result)).not.toContain('hunter2');
  });

  it('runs cross-field checks', () => {
    const result = checkConfig(schema, { environment: { TIDEMARK_BATCH_SIZE_MIN: '500' } });
    expect(result).toMatchObject({ kind: 'invalid', problems: [{ path: 'batchSizeMin' }] });
  });

  it('warns of unknown TIDEMARK_ variables but not of announced ones', () => {
    const { warnings } = checkConfig(schema, {
      environment: { TIDEMARK_HTPP_PORT: '1', TIDEMARK_API_KEY: 'x', PATH: '/bin' },
      otherVariables: ['TIDEMARK_API_KEY'],
    });
    expect(warnings).toEqual(['Unknown variable TIDEMARK_HTPP_PORT is ignored.']);
  });

  it('reads a key that is the name of a variable as that variable', () => {
    const flat = z.object({ TIDEMARK_URL: z.url() });
    const environment = { TIDEMARK_URL: 'http://a/' };
    expect(loadConfig(flat, { environment })).toEqual(environment);
  });

  it('refuses a file that is no object and unknown keys', () => {
    expect(checkConfig(schema, { environment: {}, file: [1] }).kind).toBe('invalid');
    expect(checkConfig(schema, { environment: {}, file: { htpp: {} } }).kind).toBe('invalid');
  });
});

describe('listSettings', () => {
  it('names the variable, type, default and description of each leaf', () => {
    expect(listSettings(schema)[1]).toEqual({
      path: ['http', 'port'],
      variable: 'TIDEMARK_HTTP_PORT',
      type: 'number',
      description: 'Port; 0 picks one.',
      defaultValue: 8080,
    });
  });
});
