import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readEvents } from './send-file.ts';
import type { SendItem } from './send-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tidemark-send-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(text: string): Promise<SendItem[]> {
  const file = join(folder, 'events.ndjson');
  writeFileSync(file, text);
  const items: SendItem[] = [];
  const source = { file, format: 'ndjson', mapping: null, fileName: 'events.ndjson' } as const;
  for await (const item of readEvents(source)) items.push(item);
  return items;
}

const line = (value: string) =>
  `{"type":"t","subject":"acme","time":"2026-01-01T00:00:00Z","data":{"value":${value}}}\n`;

test('a line without id or source gets both from its place in the file', async () => {
  const [item] = await read(line('5'));
  expect(item).toMatchObject({
    kind: 'event',
    event: { id: 'line-1', source: 'events.ndjson', data: { value: 5 } },
  });
});

test.each(['9007199254740993', '0.1234567890123456789', '1e400'])(
  'a number that JavaScript would change is never sent: %s',
  async (value) => {
    const items = await read(line(value) + line(`"${value}"`));
    expect(items.map(({ kind }) => kind)).toEqual(['unreadable', 'event']);
    expect(items[0]).toMatchObject({
      line: 1,
      message: expect.stringContaining('exactly') as string,
    });
  },
);
