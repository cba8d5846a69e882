/** Messages between `startClickHouseHost` and its child. */
import type { LogLevel } from '../../log/index.ts';

interface HostSettings {
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly logLevel: LogLevel;
  readonly lockWaitMs?: number;
  readonly concurrencyMax?: number;
  readonly queryMemoryBytesMax?: number;
}

export type ToHost =
  { readonly kind: 'start'; readonly settings: HostSettings } | { readonly kind: 'stop' };

export type FromHost =
  | { readonly kind: 'ready'; readonly url: string }
  | {
      readonly kind: 'failed';
      readonly error: { readonly code: string; readonly message: string };
    };
