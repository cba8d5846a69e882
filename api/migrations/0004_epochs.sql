-- The catalog as the raters know it: immutable changes, grouped into epochs that are published through the log one at a
-- time. One row lock orders assignment, publication and the cut of a period close.

create table catalog_changes (
  tenant text not null,
  kind text not null,
  key text not null,
  -- Drawn while the changed object is locked, so two changes of one object have the order of their commits.
  seq bigint generated always as identity,
  -- Null: pending, belongs to the next epoch.
  epoch bigint,
  body jsonb not null,
  created_at timestamptz not null,
  primary key (tenant, kind, key, seq)
);
-- Serves the publisher (pending changes in order) and a rater that loads one epoch.
create index catalog_changes_by_epoch on catalog_changes (epoch, seq);
create unique index catalog_changes_by_seq on catalog_changes (seq);
create index catalog_changes_pending on catalog_changes (seq) where epoch is null;

create table catalog_epochs (
  epoch bigint primary key check (epoch > 0),
  rules_version integer not null,
  change_count integer not null,
  -- SHA-256 over the canonical JSON of the changes, as the marker in the log carries it.
  changes_hash text not null,
  assigned_at timestamptz not null,
  published_at timestamptz,
  acknowledged_at timestamptz,
  check (published_at is not null or acknowledged_at is null)
);

create table catalog_epoch_lock (
  single boolean primary key default true check (single),
  last_epoch bigint not null check (last_epoch >= 0)
);
insert into catalog_epoch_lock (last_epoch) values (0);

-- Up to which epoch the markers are in a log. A new life of the log gets them all again, in order.
create table log_publications (
  incarnation bigint primary key,
  published_epoch bigint not null check (published_epoch >= 0)
);

-- One row a life of a log: rows of different lives never mix.
create table log_incarnations (
  incarnation bigint generated always as identity primary key,
  -- What tells one life from another, such as kafka:<cluster id>:<topic id>.
  identity text not null unique,
  partition_count integer not null check (partition_count > 0),
  created_at timestamptz not null
);
