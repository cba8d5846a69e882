// What the full test run needs beyond npm packages, installed where that is possible: Debian's PostgreSQL, Prometheus and
// Chromium (as root, by apt-get) and Apache Kafka's jars (by Maven). Elsewhere the suites that need them are passed over,
// visibly.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';

const wanted = [
  {
    name: 'postgresql',
    present: () =>
      existsSync('/usr/lib/postgresql') &&
      readdirSync('/usr/lib/postgresql').some((version) =>
        existsSync(`/usr/lib/postgresql/${version}/bin/postgres`),
      ),
  },
  { name: 'prometheus', present: () => existsSync('/usr/bin/prometheus') },
  { name: 'chromium', present: () => existsSync('/usr/bin/chromium') },
];

/** Returns the names of Debian packages that are still missing afterwards. */
export function installSystemPackages() {
  const missing = wanted.filter(({ present }) => !present());
  if (missing.length === 0) return [];
  const names = missing.map(({ name }) => name);
  const mayInstall = process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (mayInstall) {
    process.stderr.write(`Installing Debian packages: ${names.join(', ')}...\n`);
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const apt = (...parameters) =>
      spawnSync('apt-get', parameters, { stdio: ['ignore', 'ignore', 2], env: environment });
    apt('update', '-q');
    apt('install', '-y', '-q', '--no-install-recommends', ...names);
  }
  return missing.filter(({ present }) => !present()).map(({ name }) => name);
}
