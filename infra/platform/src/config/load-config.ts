/**
 * Reads a role's config once: file, then environment, then command line (the later wins), validated by one zod object.
 * All problems are reported together. The only place of the product that reads the environment.
 */
import { z } from 'zod';
import { AppError } from '../errors/index.ts';
import type { ErrorPathMessage } from '../errors/index.ts';
import { environmentPrefix, listSettings, readSettingText } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ConfigSources {
  /** The process's environment unless given. */
  readonly environment?: Environment;
  /** Parsed content of the config file; nested objects with the schema's keys. */
  readonly file?: unknown;
  /** Values of command line flags, nested like the file; `undefined` means not given. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** TIDEMARK_ variables that other parts read; they are not warned of. */
  readonly otherVariables?: readonly string[];
}

export type ConfigResult<Config> =
  | { readonly kind: 'valid'; readonly config: Config; readonly warnings: readonly string[] }
  | {
      readonly kind: 'invalid';
      readonly problems: readonly ErrorPathMessage[];
      readonly warnings: readonly string[];
    };

/** The process's environment, the one read of it. */
export function readEnvironment(): Environment {
  // eslint-disable-next-line no-restricted-properties -- this is the config loader that the rule speaks of
  return process.env;
}

/** Validates all sources without an effect; `--check-config` prints what it returns. An empty variable counts as absent. */
export function checkConfig<Schema extends z.ZodObject>(
  schema: Schema,
  sources: ConfigSources = {},
): ConfigResult<z.output<Schema>> {
  const environment = sources.environment ?? readEnvironment();
  const settings = listSettings(schema);
  const warnings = unknownVariables(environment, [
    ...settings.map((setting) => setting.variable),
    ...(sources.otherVariables ?? []),
  ]);
  const file = sources.file ?? {};
  if (!isRecord(file)) {
    const problem = { path: '', message: 'The config file must hold an object.' };
    return { kind: 'invalid', problems: [problem], warnings };
  }
  const input = mergeInto({}, file);
  for (const setting of settings) {
    const text = environment[setting.variable];
    if (text === undefined || text === '') continue;
    setAt(input, setting.path, readSettingText(setting.type, text));
  }
  mergeInto(input, sources.flags ?? {});
  // Nested objects whose fields all have defaults need not be written anywhere.
  fillObjects(schema, input);
  const parsed = schema.safeParse(input, { reportInput: false });
  if (parsed.success) return { kind: 'valid', config: parsed.data, warnings };
  const variables = new Map(settings.map(({ path, variable }) => [path.join('.'), variable]));
  const problems = parsed.error.issues.map((issue) => {
    const path = issue.path.map(String).join('.');
    const variable = variables.get(path);
    return {
      path,
      message: variable === undefined ? issue.message : `${issue.message} (${variable})`,
    };
  });
  return { kind: 'invalid', problems, warnings };
}

/** The config, or an `AppError` `platform/config-invalid` that lists every problem. Warnings: see `checkConfig`. */
export function loadConfig<Schema extends z.ZodObject>(
  schema: Schema,
  sources: ConfigSources = {},
): z.output<Schema> {
  const result = checkConfig(schema, sources);
  if (result.kind === 'valid') return result.config;
  const list = result.problems.map(({ path, message }) => `\n  ${path}: ${message}`).join('');
  throw new AppError(
    'invalid-input',
    'platform/config-invalid',
    `The configuration is invalid:${list}`,
    {
      errors: result.problems,
    },
  );
}

function unknownVariables(environment: Environment, known: readonly string[]): string[] {
  const names = new Set(known);
  return Object.keys(environment)
    .filter((name) => name.startsWith(environmentPrefix) && !names.has(name))
    .sort()
    .map((name) => `Unknown variable ${name} is ignored.`);
}

type JsonRecord = Record<string, unknown>;

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mergeInto(target: JsonRecord, source: Readonly<JsonRecord>): JsonRecord {
  for (const [key, value] of Object.entries(source)) {
    if (value === undefined || key === '__proto__') continue;
    const existing = target[key];
    target[key] = isRecord(value) ? mergeInto(isRecord(existing) ? existing : {}, value) : value;
  }
  return target;
}

function setAt(target: JsonRecord, path: readonly string[], value: unknown): void {
  const [key, ...rest] = path;
  if (key === undefined) return;
  if (rest.length === 0) {
    target[key] = value;
    return;
  }
  const child = target[key];
  const next: JsonRecord = isRecord(child) ? child : {};
  target[key] = next;
  setAt(next, rest, value);
}

function fillObjects(schema: z.ZodObject, input: JsonRecord): void {
  for (const [key, field] of Object.entries(schema.shape)) {
    if (!(field instanceof z.ZodObject)) continue;
    const child = input[key] ?? {};
    input[key] = child;
    if (isRecord(child)) fillObjects(field, child);
  }
}
