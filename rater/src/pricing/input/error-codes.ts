/** Every code of the pricing core with what its reader can do about it; the source of its rows in `docs/errors.md`. */
export const pricingErrorCodes = {
  'rater/not-an-object': 'Send a JSON object here.',
  'rater/not-a-list': 'Send a JSON array here.',
  'rater/not-a-text': 'Send a non-empty JSON string here.',
  'rater/not-a-boolean': 'Send `true` or `false`.',
  'rater/not-an-integer': 'Send a JSON integer within the stated bounds.',
  'rater/not-a-decimal': 'Send a decimal string such as "0.025": no exponent, plus sign or spaces.',
  'rater/not-an-instant': 'Send an RFC 3339 time with a zone, such as "2026-03-01T00:00:00Z".',
  'rater/too-many-digits': 'At most 20 digits may stand before the point.',
  'rater/too-many-decimals':
    'At most 18 decimals are kept (36 where a price is tried out); round first.',
  'rater/missing-field': 'Add the field.',
  'rater/unknown-field': 'Remove the field or correct its name.',
  'rater/conflicting-fields': 'Give one of the fields, not both.',
  'rater/value-not-allowed': 'Use one of the values that the message lists.',
  'rater/negative-value': 'Use a number that is not below zero.',
  'rater/not-positive': 'Use a number above zero.',
  'rater/too-many-items': 'Shorten the list to the stated limit.',
  'rater/empty-list': 'Give at least one item.',
  'rater/not-a-key':
    'Keys are letters, digits and . _ : -, start with a letter or digit, and have at most 128 characters.',
  'rater/duplicate-key': 'Give every item its own key.',
  'rater/unknown-currency': 'Use an ISO 4217 code in capitals that has a minor unit.',
  'rater/currency-mismatch': 'Use one currency throughout.',
  'rater/unknown-time-zone': 'Use an IANA time zone such as "Europe/Berlin".',
  'rater/unknown-price-model': 'Use one of the price models of the registry.',
  'rater/tiers-not-ascending': 'Order the tiers by `upTo`, each above the one before.',
  'rater/no-open-ended-tier': 'Give the last tier `"upTo": null`.',
  'rater/open-tier-not-last': 'Only the last tier may have `"upTo": null`.',
  'rater/tier-without-price': 'Give the tier at least one of its prices.',
  'rater/model-not-allowed-here': 'A matrix cell holds any model but a matrix.',
  'rater/option-not-supported': 'This option does not go with this price model or meter.',
  'rater/minimum-above-maximum': 'Lower the minimum or raise the maximum.',
  'rater/meter-required': 'Name a meter: only a flat price can do without.',
  'rater/meter-does-not-fit': 'Use a meter with the aggregation the message names.',
  'rater/unknown-dimension': 'Declare the dimension on the meter, or use one that is declared.',
  'rater/unknown-operation':
    'Send `add` or `remove` as the operation of the event, or none for `add`.',
  'rater/unknown-aggregation': 'Use one of the aggregations of the registry.',
  'rater/expression-not-valid':
    'Use numbers, properties, + - * / and parentheses; divide by constants only.',
  'rater/expression-too-long': 'Shorten or flatten the expression.',
  'rater/forbidden-property': 'This name cannot be read; rename the property.',
  'rater/state-not-valid': 'The stored state was not written by this version of the rules.',
  'rater/not-mergeable': 'This state depends on the order of the events; fold the events again.',
  'rater/negative-total':
    'The usage is below zero and the price rejects that; correct the events or the price.',
  'rater/no-matching-cell': 'Give the matrix a `default`, or usage whose dimensions match a cell.',
  'rater/usage-required':
    'Give the case `quantity`, `quantities`, `snapshots`, `events` or `transactions`.',
  'rater/usage-does-not-fit': 'Give the usage in a form that this price takes.',
  'rater/empty-period': 'The period must end after it starts.',
  'rater/period-reversed': 'The end must not lie before the start.',
  'rater/period-too-long': 'Ask for fewer periods at once.',
  'rater/period-required': 'Give the period.',
  'rater/weights-all-zero': 'Give at least one weight above zero.',
  'rater/unexpected-fault':
    'Report the case: the fault lies in the program, not in what it was given.',
  'rater/unknown-kind': 'Use one of the kinds of case that the message lists.',
} as const;

export type PricingErrorCode = keyof typeof pricingErrorCodes;
