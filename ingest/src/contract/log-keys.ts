/** The keys that one installation derives from its secret. Node only. */
import { createHmac } from 'node:crypto';
import { assert } from '@tidemark/platform/errors';

export interface InstallationKeys {
  /** 32 bytes: authenticates envelopes and control records. */
  readonly logMac: Uint8Array;
  /** 16 bytes: from it the keys of event fingerprints and payload hashes are derived. */
  readonly fingerprint: Uint8Array;
}

/** `installationKey`: the 32 random bytes that the control plane created at its first start. */
export function deriveKeys(installationKey: Uint8Array): InstallationKeys {
  assert(installationKey.byteLength === 32, 'The installation key has 32 bytes.');
  const derive = (purpose: string): Uint8Array =>
    new Uint8Array(createHmac('sha256', installationKey).update(purpose).digest());
  return { logMac: derive('log-mac'), fingerprint: derive('fingerprint').slice(0, 16) };
}
