import { defaultAcceptanceWindow } from '../../src/contract/acceptance-window.ts';
import type { EventTypeRules } from '../../src/gateway/ports.ts';

const none: ReadonlySet<string> = new Set();

/** Meters of tenant `acme` read the properties `bytes` and `seconds` of `web.request` as numbers. */
export class StaticEventRules implements EventTypeRules {
  readonly #numeric: ReadonlySet<string> = new Set(['bytes', 'seconds']);

  numericProperties(tenant: string, type: string): ReadonlySet<string> {
    return tenant === 'acme' && type === 'web.request' ? this.#numeric : none;
  }

  acceptanceWindow(): typeof defaultAcceptanceWindow {
    return defaultAcceptanceWindow;
  }
}
