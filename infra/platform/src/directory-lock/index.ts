export { lockDirectory } from './directory-lock.ts';
export type { DirectoryLock, DirectoryLockOptions } from './directory-lock.ts';
