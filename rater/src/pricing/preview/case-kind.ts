import type { JsonObject } from '../input/json-object.ts';

/** One kind of case: reads its own fields (not `id` and `kind`) and answers with what goes beside the `id`. */
export type CaseKind = (input: JsonObject) => object;

/** Items that one list of a case may have. */
export const caseItemsMax = 100_000;
