-- Who may talk to the system: the installation's secret, tenants and their keys of access. Every key of every table
-- starts with the tenant, so that a row of another tenant cannot be reached by naming its id.

create table installation (
  single boolean primary key default true check (single),
  -- MAC and fingerprint keys are derived from it; it never changes, or the log could not be read any more.
  installation_key bytea not null check (octet_length(installation_key) = 32),
  created_at timestamptz not null
);

create table tenants (
  tenant text primary key check (tenant ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
  name text not null,
  -- Manages the other tenants; there is one.
  operator boolean not null default false,
  window_past_seconds bigint not null check (window_past_seconds >= 0),
  window_future_seconds bigint not null check (window_future_seconds >= 0),
  rounding jsonb not null,
  policies jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index tenants_one_operator on tenants (operator) where operator;

create table api_keys (
  tenant text not null references tenants (tenant),
  key_id text not null,
  name text not null,
  -- What a person sees of the key, enough to recognise it: tm_live_01j9x2
  prefix text not null,
  -- HMAC-SHA256 of the secret part; the secret itself is shown once and kept nowhere.
  secret_hash bytea not null check (octet_length(secret_hash) = 32),
  scopes jsonb not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  -- The key that took its place.
  rotated_to text,
  primary key (tenant, key_id)
);
-- Serves the check of a token, which names the key before the tenant is known.
create unique index api_keys_by_id on api_keys (key_id);
