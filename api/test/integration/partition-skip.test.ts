/* eslint-disable @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-assignment -- answers are looked at as the JSON that they are */
import { decodeLogRecord } from '@tidemark/ingest/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startApi } from '../support/api-server.ts';
import type { ApiServer, Caller } from '../support/api-server.ts';
import { describeDatabases } from '../support/databases.ts';

describeDatabases('a decision to pass records of a partition', (database) => {
  let api: ApiServer;
  let operator: Caller;

  beforeAll(async () => {
    api = await startApi(database());
    operator = api.as((await api.controlPlane.bootstrap()) ?? '');
    const value = new TextEncoder().encode('{}');
    const record = { partition: 1, key: null, value, headers: {} };
    await api.controlPlane.eventLog.append([record, record, record]);
  });
  afterAll(() => api.stop());

  test('is written into that partition, signed, with who and why', async () => {
    const body = { from: 1, to: 3, reason: 'disk lost' };
    const { body: answer, status } = await operator.post('/v1/partitions/1/skips', body);
    expect(status).toBe(201);
    expect(answer).toMatchObject({ ...body, partition: 1, offset: '3' });
    const { eventLog, installationKeys } = api.controlPlane;
    for await (const [record] of eventLog.read(1, 3, 4)) {
      const message = decodeLogRecord(record!, installationKeys);
      const { incarnation } = eventLog;
      const skip = { ...body, type: 'partition-skip', partition: 1, incarnation };
      expect(message).toMatchObject({ kind: 'skip', skip: { ...skip, by: answer.by as string } });
    }
  });

  test.each([
    ['/v1/partitions/99/skips', { from: 0, to: 1, reason: 'x' }, 'api/unknown-partition'],
    ['/v1/partitions/0/skips', { from: 1, to: 1, reason: 'x' }, 'api/range-not-valid'],
    ['/v1/partitions/0/skips', { from: 0, to: 1_000, reason: 'x' }, 'api/range-not-valid'],
  ])('%s with %j is refused', async (path, body, code) => {
    const { body: problem, status } = await operator.post(path, body);
    expect(status).toBe(400);
    expect(problem).toMatchObject({ code });
  });
});
