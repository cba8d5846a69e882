export { createLogger, describeError, logLevels, redactUrl, silentLogger } from './logger.ts';
export type { Logger, LoggerOptions, LogLevel } from './logger.ts';
