/**
 * Decodes compressed request bodies as a stream and counts what comes out: a bomb is cut off at the limit, it is never
 * inflated first and measured afterwards. One encoding layer, gzip or zstd.
 */
import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { AppError } from '../errors/index.ts';
import { bodyTooLarge } from './problem.ts';

export interface DecodingLimits {
  /** Most bytes after inflation. */
  readonly decodedBytesMax: number;
  /** Largest ratio of inflated to received bytes, checked above `ratioFloorBytes`. */
  readonly ratioMax: number;
  /** Inflated bytes below which no ratio is suspicious: small repetitive batches compress very well. */
  readonly ratioFloorBytes: number;
}

/** A decoded body; `receivedEncodedLength` lets the framework compare the wire length with Content-Length. */
export type DecodedBody = Readable & { readonly receivedEncodedLength: number };

// A zstd frame names its own window; without a bound a 20-byte body could ask for 128 MiB.
const zstdWindowLogMax = 23;

/**
 * The decoded stream of a body, or `undefined` when it is not encoded. Throws 415 for an encoding it does not know;
 * the stream fails with 413 past a limit and with 400 when the data is broken.
 */
export function decodeBody(
  body: Readable,
  contentEncoding: string | undefined,
  limits: DecodingLimits,
): DecodedBody | undefined {
  const encoding = (contentEncoding ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return undefined;
  const inflate = createInflater(encoding);
  const fail = (error: AppError) => {
    // The request itself is not destroyed: that would close the socket before the answer is written.
    body.unpipe(inflate);
    inflate.destroy();
    bounded.destroy(error);
  };
  let decoded = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      decoded += chunk.length;
      const suspicious =
        decoded > limits.ratioFloorBytes && decoded > inflate.bytesWritten * limits.ratioMax;
      if (decoded <= limits.decodedBytesMax && !suspicious) done(null, chunk);
      else fail(bodyTooLarge());
    },
  });
  body.on('error', (error) => fail(unreadable(error)));
  body.on('close', () => {
    if (!body.readableEnded) fail(unreadable(new Error('The request was aborted.')));
  });
  inflate.on('error', (error) => fail(unreadable(error)));
  body.pipe(inflate).pipe(bounded);
  Object.defineProperty(bounded, 'receivedEncodedLength', { get: () => inflate.bytesWritten });
  return bounded as unknown as DecodedBody;
}

type Inflater = Transform & { readonly bytesWritten: number };

function createInflater(encoding: string): Inflater {
  if (encoding === 'gzip' || encoding === 'x-gzip') return createGunzip();
  if (encoding === 'zstd') {
    return createZstdDecompress({
      params: { [constants.ZSTD_d_windowLogMax]: zstdWindowLogMax },
    });
  }
  throw new AppError(
    'invalid-input',
    'platform/unsupported-content-encoding',
    'Only the content encodings gzip and zstd are supported.',
    { httpStatus: 415 },
  );
}

function unreadable(cause: Error): AppError {
  return new AppError(
    'invalid-input',
    'platform/body-unreadable',
    'The compressed body is broken.',
    {
      cause,
    },
  );
}
