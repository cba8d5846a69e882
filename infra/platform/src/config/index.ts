export { checkConfig, loadConfig, readEnvironment } from './load-config.ts';
export type { ConfigResult, ConfigSources, Environment } from './load-config.ts';
export { listSettings } from './settings.ts';
export type { Setting } from './settings.ts';
