/** Options of every command that talks to a server, and the client they lead to. */
import { AppError } from '@tidemark/platform/errors';
import { loadConfig } from '@tidemark/platform/config';
import type { Command } from 'commander';
import { z } from 'zod';
import { createApiClient } from './api-client.ts';
import type { ApiClient } from './api-client.ts';

export interface ConnectionOptions {
  readonly url?: string;
  readonly key?: string;
  readonly json?: boolean;
}

const environmentSchema = z.object({
  TIDEMARK_URL: z.url().default('http://127.0.0.1:8400'),
  TIDEMARK_API_KEY: z.string().min(1).optional(),
});

export function withConnection(command: Command): Command {
  return command
    .option('--url <url>', 'address of the server (or TIDEMARK_URL)')
    .option('--key <key>', 'API key (or TIDEMARK_API_KEY)')
    .option('--json', 'machine-readable result on standard output');
}

/** Address and key from the options, else from the environment. */
export function readConnection(options: ConnectionOptions): { url: string; key: string } {
  const environment = loadConfig(environmentSchema);
  const key = options.key ?? environment.TIDEMARK_API_KEY;
  if (key === undefined) {
    throw new AppError(
      'invalid-input',
      'stack/no-api-key',
      'No API key: pass --key, or set TIDEMARK_API_KEY. `tidemark up` prints one at its first start.',
    );
  }
  return { url: options.url ?? environment.TIDEMARK_URL, key };
}

export function connect(options: ConnectionOptions): ApiClient {
  return createApiClient(readConnection(options));
}
