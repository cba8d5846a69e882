/** The proof that nothing was lost or counted twice. */
export { readConservation } from './read-conservation.ts';
export type { Conservation, ConservationQuery } from './read-conservation.ts';
export type { ConservationRow } from './conservation.ts';
export type { MeasurementRow } from './measurement.ts';
