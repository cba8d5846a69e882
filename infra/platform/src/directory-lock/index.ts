export { lockDirectory } from './directory-lock.ts';
export type { DirectoryLock } from './directory-lock.ts';
