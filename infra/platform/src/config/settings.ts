/**
 * Maps a zod object to its environment variables: `kafka.brokers` is TIDEMARK_KAFKA_BROKERS, `http.bodyLimitBytes` is
 * TIDEMARK_HTTP_BODY_LIMIT_BYTES. A key that is a variable's name already (`TIDEMARK_URL`) stands for itself. The schema
 * is the only list of settings; nothing is declared twice.
 */
import { z } from 'zod';

export const environmentPrefix = 'TIDEMARK_';

type SettingType = 'string' | 'number' | 'boolean' | 'list';

/** One leaf of a config schema. */
export interface Setting {
  /** Path of keys in the config object. */
  readonly path: readonly string[];
  readonly variable: string;
  readonly type: SettingType;
  readonly description: string | undefined;
  readonly defaultValue: unknown;
}

interface Unwrapped {
  readonly schema: z.core.$ZodType;
  readonly description: string | undefined;
  readonly defaultValue: unknown;
}

/** The settings of a schema in the order of its keys; used to read the environment, and for `--help` and the docs. */
export function listSettings(schema: z.ZodObject, path: readonly string[] = []): Setting[] {
  const settings: Setting[] = [];
  const shape: Readonly<Record<string, z.core.$ZodType>> = schema.shape;
  for (const [key, field] of Object.entries(shape)) {
    const { schema: inner, description, defaultValue } = unwrap(field);
    const fieldPath = [...path, key];
    if (inner instanceof z.ZodObject) {
      settings.push(...listSettings(inner, fieldPath));
    } else {
      const variable = key.startsWith(environmentPrefix)
        ? key
        : environmentPrefix + fieldPath.map(toUpperSnake).join('_');
      settings.push({ path: fieldPath, variable, type: typeOf(inner), description, defaultValue });
    }
  }
  return settings;
}

/** Text of an environment variable as the value that the schema expects; what does not fit stays text for the schema to refuse. */
export function readSettingText(type: SettingType, text: string): unknown {
  switch (type) {
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
    case 'boolean':
      if (/^(true|1|yes|on)$/i.test(text)) return true;
      return /^(false|0|no|off)$/i.test(text) ? false : text;
    case 'list':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    case 'string':
      return text;
  }
}

function unwrap(field: z.core.$ZodType): Unwrapped {
  let schema = field;
  let description = describe(schema);
  let defaultValue: unknown;
  for (;;) {
    if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault) {
      defaultValue ??= schema.def.defaultValue;
      schema = schema.def.innerType;
    } else if (
      schema instanceof z.ZodOptional ||
      schema instanceof z.ZodNullable ||
      schema instanceof z.ZodReadonly
    ) {
      schema = schema.def.innerType;
    } else if (schema instanceof z.ZodPipe) {
      schema = schema.def.in;
    } else {
      return { schema, description, defaultValue };
    }
    description ??= describe(schema);
  }
}

function describe(schema: z.core.$ZodType): string | undefined {
  return schema instanceof z.ZodType ? schema.description : undefined;
}

function typeOf(schema: z.core.$ZodType): SettingType {
  if (schema instanceof z.ZodNumber) return 'number';
  if (schema instanceof z.ZodBoolean) return 'boolean';
  if (schema instanceof z.ZodArray) return 'list';
  return 'string';
}

function toUpperSnake(key: string): string {
  return key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
}
