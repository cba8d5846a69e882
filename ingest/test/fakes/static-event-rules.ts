import { defaultAcceptanceWindow } from '../../src/contract/acceptance-window.ts';
import type { EventTypeRules, ValueRules } from '../../src/gateway/ports.ts';

const none: ValueRules = { numbers: new Set(), operations: new Set() };

/**
 * Meters of tenant `acme` read the properties `bytes` and `seconds` of `web.request` as numbers; one counts distinct
 * values, so it reads `operation`.
 */
export class StaticEventRules implements EventTypeRules {
  readonly #request: ValueRules = {
    numbers: new Set(['bytes', 'seconds']),
    operations: new Set(['add', 'remove']),
  };

  valueRules(tenant: string, type: string): ValueRules {
    return tenant === 'acme' && type === 'web.request' ? this.#request : none;
  }

  acceptanceWindow(): typeof defaultAcceptanceWindow {
    return defaultAcceptanceWindow;
  }
}
