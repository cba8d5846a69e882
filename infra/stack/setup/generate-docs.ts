/** Writes `docs/errors.md` from the packages' tables: `npm run docs -w @tidemark/stack`. A unit test fails when it is stale. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeErrorDocs } from '../src/reference/error-docs.ts';

await writeFile(join(import.meta.dirname, '../../../docs/errors.md'), writeErrorDocs());
