/**
 * Every code that the control plane and the REST API report: the status it is answered with and what the reader can do.
 * Closed: a code that is not listed does not compile. The source of its rows in `docs/errors.md`.
 */
interface ApiProblemCodeEntry {
  readonly status: number;
  readonly action: string;
}

const entry = (status: number, action: string): ApiProblemCodeEntry => ({ status, action });

export const apiProblemCodes = {
  'api/key-rejected': entry(
    401,
    'Send `Authorization: Bearer <key>` with a key that is neither revoked nor expired.',
  ),
  'api/scope-missing': entry(403, 'Use a key with the scope that the message names.'),
  'api/operator-only': entry(403, "Use a key of the operator's tenant."),
  'api/unknown-partition': entry(400, 'Name one of the partitions of the log.'),
  'api/range-not-valid': entry(400, 'Take the range from the halt: it ends where the log goes on.'),
  'api/keys-unavailable': entry(503, 'Retry: the database of keys cannot be read.'),
  'api/rate-limited': entry(
    429,
    'Wait as long as `Retry-After` says, or spread the load over more keys.',
  ),
  'api/not-found': entry(
    404,
    'Check the key or id; what belongs to another tenant is never found.',
  ),
  'api/already-exists': entry(409, 'Choose another key, or change the object that exists.'),
  'api/cursor-foreign': entry(
    400,
    'Pass on `nextCursor` unchanged, to the same list with the same filter.',
  ),
  'api/range-empty': entry(400, 'Give a `to` after `from`.'),
  'api/idempotency-key-invalid': entry(400, 'Use 1 to 255 visible ASCII characters.'),
  'api/idempotency-key-reused': entry(422, 'Use a new key for another request.'),
  'api/idempotency-key-running': entry(409, 'Wait for the first request, then repeat.'),
  'api/key-expires-in-the-past': entry(422, 'Choose a later expiry.'),
  'api/key-not-live': entry(409, 'Make a new key.'),
  'api/key-rotated': entry(409, 'Rotate the key that took its place.'),
  'api/meter-in-use': entry(
    409,
    'Change the meter by a new version, or take it out of every plan first.',
  ),
  'api/version-not-after-last': entry(422, 'Let the new version begin after the last one.'),
  'api/unknown-meter': entry(422, 'Create the meter first.'),
  'api/unknown-plan': entry(422, 'Create the plan (or version) first.'),
  'api/credit-insufficient': entry(422, 'Hold less, or grant more first.'),
  'api/exceeds-hold': entry(422, 'Capture at most what is held.'),
  'api/hold-settled': entry(409, 'Place a new hold.'),
  'api/currency-missing': entry(422, 'Name the currency, or set that of the customer.'),
  'api/unknown-coupon': entry(422, 'Create the coupon first.'),
  'api/unknown-customer': entry(422, 'Create the customer first.'),
  'api/duplicate-charge': entry(422, 'Give every charge of the plan its own key.'),
  'api/duplicate-key': entry(422, 'Name every object of the file once.'),
  'api/currency-differs': entry(422, 'Use one currency for customer, plan and prices.'),
  'api/not-supported-yet': entry(422, 'See the message for what to do instead.'),
  'api/parent-circle': entry(422, 'Choose a parent that is not below the customer.'),
  'api/customer-in-use': entry(409, 'Archive the customer instead.'),
  'api/customer-archived': entry(422, 'Activate the customer (`state: active`).'),
  'api/already-subscribed': entry(
    409,
    'Change or cancel the subscription that is live at that time.',
  ),
  'api/ends-before-start': entry(422, 'Let the subscription end after it starts.'),
  'api/start-out-of-range': entry(422, 'Check the year of `startsAt`.'),
  'api/subscription-ended': entry(409, 'Use an instant before the end, or subscribe anew.'),
  'api/subscription-paused': entry(409, 'Resume the subscription first.'),
  'api/subscription-not-paused': entry(409, 'Nothing to do: the subscription is live then.'),
  'api/subscription-differs': entry(422, 'Change or cancel the subscription by its own commands.'),
  'api/subscription-ambiguous': entry(409, 'Name one with `?subscription=`.'),
  'api/plan-unchanged': entry(409, 'Nothing to do: the subscription has this version then.'),
  'api/already-billed': entry(422, 'Take an instant at or after the last invoiced one.'),
  'api/invoice-not-draft': entry(409, 'Nothing to do: only a draft is finalized.'),
  'api/invoice-not-open': entry(409, 'Give money back by a credit note instead.'),
  'api/invoice-not-issued': entry(409, 'Void a draft, or finalize it first.'),
  'api/invoice-credited': entry(409, 'Credit what is left of the invoice instead.'),
  'api/amount-too-fine': entry(422, 'Round the amount to the minor unit of the currency.'),
  'api/nothing-to-credit': entry(422, 'See the credit notes of the invoice.'),
  'api/event-ambiguous': entry(409, 'Name the customer with `?customer=`.'),
  'api/through-too-far': entry(422, 'Close at most 400 days ahead.'),
  'api/catalog-not-acknowledged': entry(
    503,
    'Start the raters, or wait until they have caught up; then retry.',
  ),
  'api/partition-count-changed': entry(
    409,
    'Give the topic its old number of partitions, or a new topic.',
  ),
} as const satisfies Readonly<Record<`api/${string}`, ApiProblemCodeEntry>>;

export type ApiProblemCode = keyof typeof apiProblemCodes;
