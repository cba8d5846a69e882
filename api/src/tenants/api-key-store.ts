/** Keys of access in Postgres; the secret of a key leaves this file once, in the answer of `create` or `rotate`. */
import { formatInstant } from '@tidemark/platform/clock';
import type { Clock, Instant } from '@tidemark/platform/clock';
import type { SqlConnection, SqlDatabase } from '@tidemark/platform/postgres';
import type { Scope } from '@tidemark/ingest/gateway';
import type { CreateId } from '../identifiers/ulid.ts';
import { invalidCommand, notFound, stateForbids } from '../problems.ts';
import type { Page, PageRequest } from '../values/page.ts';
import { pageOf } from '../values/page.ts';
import { createToken, hashSecret, visiblePrefix } from './api-key.ts';
import type { ApiKey } from './api-key.ts';

export interface NewApiKey {
  readonly tenant: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly mode: 'live' | 'test';
  readonly expiresAt: Instant | null;
}

export interface CreatedApiKey {
  readonly apiKey: ApiKey;
  /** The whole key; cannot be read again. */
  readonly text: string;
}

export interface ApiKeyStoreOptions {
  readonly database: SqlDatabase;
  readonly clock: Clock;
  readonly createId: CreateId;
  readonly pepper: Uint8Array;
}

type ApiKeyRow = {
  tenant: string;
  key_id: string;
  name: string;
  prefix: string;
  scopes: Scope[];
  created_at: Instant;
  expires_at: Instant | null;
  revoked_at: Instant | null;
  rotated_to: string | null;
};

const columns =
  'tenant, key_id, name, prefix, scopes, created_at, expires_at, revoked_at, rotated_to';
const defaultOverlapSeconds = 86_400;

export class ApiKeyStore {
  readonly #options: ApiKeyStoreOptions;

  constructor(options: ApiKeyStoreOptions) {
    this.#options = options;
  }

  async create(command: NewApiKey, connection?: SqlConnection): Promise<CreatedApiKey> {
    const { clock, createId, database, pepper } = this.#options;
    const now = clock.now();
    if (command.expiresAt !== null && command.expiresAt <= now) {
      throw invalidCommand('api/key-expires-in-the-past', 'A key must expire after it is made.');
    }
    const id = createId('key_');
    const { text, secret } = createToken(id, command.mode);
    const [row] = await (connection ?? database).query<ApiKeyRow>(
      `insert into api_keys (tenant, key_id, name, prefix, secret_hash, scopes, created_at, expires_at)
       select tenant, $2, $3, $4, $5, $6::jsonb, $7::timestamptz, $8::timestamptz
       from tenants where tenant = $1 returning ${columns}`,
      [
        command.tenant,
        id,
        command.name,
        visiblePrefix(id, command.mode),
        hashSecret(secret, pepper),
        JSON.stringify(command.scopes),
        formatInstant(now),
        command.expiresAt === null ? null : formatInstant(command.expiresAt),
      ],
    );
    if (row === undefined) throw notFound('tenant', command.tenant);
    return { apiKey: apiKeyOf(row), text };
  }

  /** In the order of creation, revoked and expired ones too. */
  async list(tenant: string, page: PageRequest): Promise<Page<ApiKey>> {
    const rows = await this.#options.database.query<ApiKeyRow>(
      `select ${columns} from api_keys where tenant = $1 and key_id > $2 order by key_id limit $3`,
      [tenant, page.after[0] ?? '', page.limit + 1],
    );
    return pageOf(rows.map(apiKeyOf), page.limit, (apiKey) => [apiKey.id]);
  }

  /**
   * Makes a key with the same scopes and name; the old one stays valid for the overlap (a day by default), never longer
   * than it would have been.
   */
  async rotate(
    tenant: string,
    id: string,
    overlapSeconds = defaultOverlapSeconds,
  ): Promise<CreatedApiKey & { readonly replaced: ApiKey }> {
    const { clock, database } = this.#options;
    return database.transaction(async (connection) => {
      const old = await lockKey(connection, tenant, id);
      const now = clock.now();
      if (old.revokedAt !== null || (old.expiresAt !== null && old.expiresAt <= now)) {
        throw stateForbids('api/key-not-live', 'A revoked or expired key cannot be rotated.');
      }
      if (old.rotatedTo !== null) {
        throw stateForbids('api/key-rotated', `The key was rotated already, to ${old.rotatedTo}.`);
      }
      const created = await this.create(
        {
          tenant,
          name: old.name,
          scopes: old.scopes,
          mode: old.prefix.startsWith('tm_test_') ? 'test' : 'live',
          expiresAt: null,
        },
        connection,
      );
      const end = now + overlapSeconds * 1_000_000;
      const [row] = await connection.query<ApiKeyRow>(
        `update api_keys set rotated_to = $3, expires_at = least(expires_at, $4::timestamptz)
         where tenant = $1 and key_id = $2 returning ${columns}`,
        [tenant, id, created.apiKey.id, formatInstant(end)],
      );
      if (row === undefined) throw notFound('API key', id);
      return { ...created, replaced: apiKeyOf(row) };
    });
  }

  /** Ends a key at once; revoking again changes nothing. */
  async revoke(tenant: string, id: string): Promise<ApiKey> {
    const [row] = await this.#options.database.query<ApiKeyRow>(
      `update api_keys set revoked_at = coalesce(revoked_at, $3::timestamptz)
       where tenant = $1 and key_id = $2 returning ${columns}`,
      [tenant, id, formatInstant(this.#options.clock.now())],
    );
    if (row === undefined) throw notFound('API key', id);
    return apiKeyOf(row);
  }
}

async function lockKey(connection: SqlConnection, tenant: string, id: string): Promise<ApiKey> {
  const [row] = await connection.query<ApiKeyRow>(
    `select ${columns} from api_keys where tenant = $1 and key_id = $2 for update`,
    [tenant, id],
  );
  if (row === undefined) throw notFound('API key', id);
  return apiKeyOf(row);
}

function apiKeyOf(row: ApiKeyRow): ApiKey {
  return {
    tenant: row.tenant,
    id: row.key_id,
    name: row.name,
    prefix: row.prefix,
    scopes: row.scopes,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    rotatedTo: row.rotated_to,
  };
}
