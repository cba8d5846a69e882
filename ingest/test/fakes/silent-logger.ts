import { createLogger } from '@tidemark/platform/log';

/** Failures that a test provokes need not be read. */
export const silentLogger = createLogger({ name: 'test', level: 'silent' });
