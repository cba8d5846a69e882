/** Every code of this package with what its reader can do about it; the source of its rows in `docs/errors.md`. */
export const aggregatorErrorCodes = {
  'aggregator/close-stopped': 'Nothing: the next close worker resumes the job.',
  'aggregator/cursor-foreign':
    'Start the list again without a cursor; take cursors from answers only.',
  'aggregator/empty-span': 'Give a `to` that lies after `from`.',
  'aggregator/invalid-plan': 'Report it: a stored plan cannot be read by this version.',
  'aggregator/not-an-amount': 'Report it: a stored amount cannot be read.',
  'aggregator/not-rounded': 'Report it: an amount has more decimals than its currency.',
  'aggregator/page-limit': 'Ask for 1 to 500 rows.',
  'aggregator/too-many-windows': 'Take longer windows or a shorter span.',
  'aggregator/unexpected': 'Look into the log of the close worker.',
  'aggregator/unknown-currency': 'Report it: a stored plan has a currency without a minor unit.',
  'aggregator/unknown-dimension': 'Use a dimension that the meter declares.',
  'aggregator/unknown-meter': 'Use the key of a meter that exists.',
  'aggregator/unknown-time-zone': 'Use an IANA time zone such as `Europe/Berlin`.',
  'aggregator/usage-too-large': 'Take longer windows, fewer dimensions or one customer.',
} as const;
