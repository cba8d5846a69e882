/** Brings Apache Kafka's jars from Maven Central into a cache folder of the user; once, also when several ask at once. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readEnvironment } from '../../config/index.ts';
import { AppError } from '../../errors/index.ts';

const run = promisify(execFile);
const pomPath = fileURLToPath(new URL('./pom.xml', import.meta.url));
const downloadTimeoutMs = 300_000;

/** Folder with all jars. Throws `platform/kafka-jars` when Java or Maven is missing or the download fails. */
export async function provideKafkaJars(): Promise<string> {
  const pom = await readFile(pomPath);
  const cache = join(readEnvironment()['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'tidemark');
  const name = createHash('sha256').update(pom).digest('hex').slice(0, 16);
  const folder = join(cache, `kafka-${name}`);
  if (existsSync(folder)) return folder;
  await requireTool('java');
  await requireTool('mvn');
  await mkdir(cache, { recursive: true });
  const unfinished = await mkdtemp(join(cache, 'kafka-download-'));
  try {
    await run(
      'mvn',
      [
        '-q',
        '-B',
        '-f',
        pomPath,
        'dependency:copy-dependencies',
        `-DoutputDirectory=${unfinished}`,
      ],
      { timeout: downloadTimeoutMs },
    );
    // A rename is atomic: whoever is second finds the folder complete and keeps that one.
    await rename(unfinished, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
    return folder;
  } catch (cause) {
    throw new AppError(
      'unavailable',
      'platform/kafka-jars',
      'The jars of Apache Kafka could not be fetched by Maven.',
      { cause },
    );
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function requireTool(tool: 'java' | 'mvn'): Promise<void> {
  try {
    await run(tool, ['-version']);
  } catch (cause) {
    const name = tool === 'java' ? 'Java 17' : 'Maven';
    throw new AppError(
      'unavailable',
      'platform/kafka-jars',
      `A local Apache Kafka needs ${name} (\`${tool}\`), which does not run here.`,
      { cause },
    );
  }
}
