// `npm test`: everything that CI runs, in order of cost. Each step runs although an earlier one failed, so that one run
// shows all there is to mend. The last line is `N passed, N failed, N skipped`.
//   --require-all   a skipped test is a failure (CI: nothing may be left out)
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installSystemPackages } from './system-packages.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const reports = join(root, 'node_modules/.cache/tidemark-tests');
const requireAll = process.argv.includes('--require-all');
const checks = ['format', 'lint', 'types', 'boundaries', 'unused'];
const suites = ['unit', 'simulation', 'integration', 'e2e', 'faults'];

const totals = { passed: 0, failed: 0, skipped: 0 };
const problems = [];

const missing = installSystemPackages();
if (missing.length > 0) {
  process.stderr.write(
    `Not installed: ${missing.join(', ')}; suites that need them are skipped.\n`,
  );
}
rmSync(reports, { recursive: true, force: true });
mkdirSync(reports, { recursive: true });

const verified = run('npx', [
  'turbo',
  'run',
  'build',
  ...checks,
  '--log-order=grouped',
  '--continue',
]);
if (verified === 0) totals.passed += checks.length;
else {
  totals.failed += 1;
  problems.push('checks (format, lint, types, boundaries, unused)');
}
for (const suite of suites) runSuite(suite);

for (const problem of problems) process.stdout.write(`FAILED: ${problem}\n`);
if (requireAll && totals.skipped > 0) {
  process.stdout.write(
    `FAILED: ${totals.skipped} tests were skipped, and nothing may be left out here\n`,
  );
}
process.stdout.write(
  `${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`,
);
process.exit(totals.failed > 0 || (requireAll && totals.skipped > 0) ? 1 : 0);

function runSuite(suite) {
  process.stdout.write(`\n--- ${suite}\n`);
  const report = join(reports, `${suite}.json`);
  const status = run('npx', [
    'vitest',
    'run',
    '--project',
    suite,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  let counted = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
  try {
    counted = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    problems.push(`${suite}: wrote no report`);
  }
  totals.passed += counted.numPassedTests;
  totals.failed += counted.numFailedTests;
  totals.skipped += counted.numPendingTests + counted.numTodoTests;
  if (status !== 0) {
    problems.push(suite);
    // A file that cannot be loaded has no failed test of its own.
    if (counted.numFailedTests === 0) totals.failed += 1;
  }
}

function run(command, parameters) {
  const result = spawnSync(command, parameters, { cwd: root, stdio: ['ignore', 1, 2] });
  return result.status ?? 1;
}
