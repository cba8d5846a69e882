/** Why a partition halts, and what an operator can do. A halt loses nothing: rating goes on from `progress` once it is lifted. */
interface HaltReasonEntry {
  readonly meaning: string;
  readonly action: string;
}

export const haltReasons = {
  'rater/unknown-incarnation': {
    meaning: 'The store holds rows of another life of the log than the one that is connected.',
    action: 'Connect the log that the store was filled from, or start with an empty store.',
  },
  'rater/log-shorter': {
    meaning: 'The log ends before the offset that is already rated: acknowledged records are gone.',
    action: 'Restore the log; if that is impossible, start a new life of the log.',
  },
  'rater/log-gap': {
    meaning:
      'Records between the last rated one and the next one are not in the log, for example by retention.',
    action: 'Restore the log, or let the rater pass the range: `tidemark partition skip`.',
  },
  'rater/log-differs': {
    meaning:
      'Another record stands where the last rated one stood: the log was truncated and written again.',
    action: 'Restore the log, or start a new life of the log.',
  },
  'rater/counts-differ': {
    meaning:
      'The store holds fewer or more events than progress promises: rows were lost or written by others.',
    action: 'Restore the store, or re-emit the missing range from the log, then restart.',
  },
  'rater/record-corrupt': {
    meaning: 'A record of ours is authentic by its headers, but its bytes are damaged.',
    action:
      'Restore the record from a replica, or let the rater pass it: `tidemark partition skip`.',
  },
  'rater/log-time-jump': {
    meaning:
      'Log time is more than an hour away from the clock of the gateway that sent an envelope.',
    action:
      'Set the clocks right; then raise the tolerance (TIDEMARK_RATER_CLOCK_TOLERANCE_MINUTES) and restart the rater until it has passed the records with the wrong time.',
  },
  'rater/epoch-jump': {
    meaning:
      'A catalog marker does not follow the epoch in force: a marker is missing in this partition.',
    action: 'Publish the missing epochs again; the control plane does so at its start.',
  },
  'rater/catalog-differs': {
    meaning:
      'The catalog changes that were loaded are not those that the marker was published with.',
    action: 'Connect the control plane that published the marker.',
  },
  'rater/unknown-rules-version': {
    meaning: 'An epoch needs rating rules that this version does not implement.',
    action: 'Upgrade the raters, then restart.',
  },
} as const satisfies Readonly<Record<string, HaltReasonEntry>>;

export type HaltReason = keyof typeof haltReasons;
