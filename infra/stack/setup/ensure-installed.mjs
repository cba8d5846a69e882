// Runs before `npm run demo`, `npm test` and `npm run verify`: installs the locked packages when they are absent or not
// those of the lock file. Plain JavaScript for any Node from 20 on, because Node 24 itself comes with the packages.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const stamp = join(root, 'node_modules/.tidemark-installed');
const lock = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');

const installed = existsSync(stamp) && readFileSync(stamp, 'utf8') === lock;
if (!installed) {
  process.stderr.write('Installing the locked packages (npm ci)...\n');
  // No package of ours needs its install script: native parts come prebuilt inside the packages.
  const result = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
    { cwd: root, stdio: ['ignore', 2, 2] },
  );
  if (result.status !== 0) {
    process.stderr.write(
      'npm ci failed; see above. Run it by hand with `npm ci --ignore-scripts`.\n',
    );
    process.exit(1);
  }
  writeFileSync(stamp, lock);
}

const shipped = join(root, 'node_modules/.bin/node');
const version = existsSync(shipped)
  ? spawnSync(shipped, ['--version'], { encoding: 'utf8' }).stdout.trim()
  : process.version;
if (Number(version.slice(1).split('.')[0]) < 24) {
  process.stderr.write(
    `Tidemark needs Node 24 or newer; this is ${version}, and no Node 24 comes as a package for ${process.platform}-${process.arch}. Install Node 24 and try again.\n`,
  );
  process.exit(1);
}
