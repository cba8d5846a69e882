-- Answers of commands that were sent with an Idempotency-Key: the same key and body gets the stored answer.

create table idempotency_keys (
  tenant text not null,
  idempotency_key text not null,
  -- SHA-256 over method, path and body.
  request_hash text not null,
  -- Null while the first request runs.
  status integer,
  body text,
  headers jsonb,
  started_at timestamptz not null,
  primary key (tenant, idempotency_key)
);
create index idempotency_keys_by_age on idempotency_keys (started_at);
