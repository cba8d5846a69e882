import { openLmdb } from '@tidemark/platform/lmdb';
import type { RecordStore, StoredEntry } from './record-store.ts';

type Key = [partition: number, offset: number];

/** Opens or creates the LMDB environment of the embedded log in `directory`. */
export function openLmdbRecordStore(directory: string): RecordStore {
  const root = openLmdb(directory, 2);
  const records = root.openDB<Uint8Array, Key>({ name: 'records', encoding: 'binary' });
  const meta = root.openDB<Uint8Array, string>({ name: 'meta', encoding: 'binary' });
  return {
    readMeta: () => meta.get('log'),
    writeMeta: async (bytes) => {
      await meta.put('log', bytes).catch(rethrowReason);
    },
    write: async (entries) => {
      const committed = records.batch(() => {
        for (const { partition, offset, bytes } of entries) {
          // They share the fate of the batch, whose promise tells it.
          records.put([partition, offset], bytes).catch(() => undefined);
        }
      });
      await committed.catch(rethrowReason);
    },
    *range(partition, from, to): Iterable<StoredEntry> {
      for (const { key, value } of records.getRange({
        start: [partition, from],
        end: [partition, to],
      })) {
        yield { partition, offset: key[1], bytes: value };
      }
    },
    edge: (partition, which) => {
      const first = which === 'first';
      // The end of a range is exclusive in both directions, and offset 0 exists.
      const below: Key = [partition, -1];
      const above: Key = [partition, Number.MAX_SAFE_INTEGER];
      const range = records.getRange({
        start: first ? below : above,
        end: first ? above : below,
        reverse: !first,
        limit: 1,
      });
      for (const { key, value } of range) return { partition, offset: key[1], bytes: value };
      return undefined;
    },
    close: () => root.close(),
  };
}

/** A failed commit rejects twice: the reason is a promise of its own, which must not be left unhandled. */
async function rethrowReason(error: Error & { commitError?: Promise<unknown> }): Promise<never> {
  await error.commitError;
  throw error;
}
