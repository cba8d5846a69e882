-- What is measured and what it costs. Versions are immutable: a change is a new version.

create table meters (
  tenant text not null references tenants (tenant),
  meter text not null,
  latest_version integer not null check (latest_version > 0),
  deleted boolean not null default false,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant, meter)
);

create table meter_versions (
  tenant text not null,
  meter text not null,
  version integer not null check (version > 0),
  -- By event time; null: always.
  effective_from timestamptz,
  -- The public JSON; null: deleted.
  definition jsonb,
  created_at timestamptz not null,
  primary key (tenant, meter, version),
  foreign key (tenant, meter) references meters (tenant, meter)
);

create table plans (
  tenant text not null references tenants (tenant),
  plan text not null,
  latest_version integer not null check (latest_version > 0),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant, plan)
);

create table plan_versions (
  tenant text not null,
  plan text not null,
  version integer not null check (version > 0),
  name text not null,
  currency text not null,
  cadence jsonb not null,
  charges jsonb not null,
  minimum text,
  maximum text,
  -- True when a charge is billed in advance: only then the start of a subscription makes an invoice.
  bills_in_advance boolean not null,
  created_at timestamptz not null,
  primary key (tenant, plan, version),
  foreign key (tenant, plan) references plans (tenant, plan)
);
