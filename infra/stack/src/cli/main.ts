/** The `tidemark` command line. Each command is a file under commands/; heavy parts load only when their command runs. */
import { isAppError } from '@tidemark/platform/errors';
import { Command, CommanderError } from 'commander';
import { registerCommands } from './commands/index.ts';
import { endWithNpx } from './end-with-npx.ts';
import { printNote } from './output.ts';

const exitDone = 0;
const exitFailed = 1;
const exitWrongUse = 2;

async function main(): Promise<number> {
  const program = new Command('tidemark')
    .description('Usage metering and rating: from usage events to exact, explainable invoices')
    .version('0.1.0')
    // What stands behind a command is that command's, also below another command.
    .enablePositionalOptions()
    .showHelpAfterError('(run with --help for usage and examples)')
    .configureOutput({ writeErr: (text) => process.stderr.write(text) })
    .exitOverride();
  registerCommands(program);
  try {
    await program.parseAsync(process.argv);
    return exitDone;
  } catch (thrown) {
    return reportFailure(thrown);
  }
}

function reportFailure(thrown: unknown): number {
  if (thrown instanceof CommanderError) {
    // Help and version end with 0; a wrong option or a missing argument is wrong use.
    return thrown.exitCode === 0 ? exitDone : exitWrongUse;
  }
  if (!isAppError(thrown)) {
    printNote(thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown));
    return exitFailed;
  }
  printNote(`${thrown.code}: ${thrown.message}`);
  for (const { path, message } of thrown.errors) printNote(`  ${path}: ${message}`);
  return wrongUseCodes.has(thrown.code) ? exitWrongUse : exitFailed;
}

const wrongUseCodes = new Set([
  'stack/no-api-key',
  'stack/invalid-map',
  'stack/unknown-format',
  'stack/invalid-option',
  'platform/config-invalid',
]);

// A reader that has seen enough, such as `head`, ends the program quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(exitDone);
});
endWithNpx();
process.exitCode = await main();
