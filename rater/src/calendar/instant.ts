/** RFC 3339 text to integer microseconds and back; the pure core reads times through here. */
export { parseInstant } from '@tidemark/platform/clock';
