-- Who buys what, and when it is billed.

create table customers (
  tenant text not null references tenants (tenant),
  customer text not null,
  name text not null,
  currency text,
  time_zone text not null,
  state text not null check (state in ('active', 'archived')),
  parent text,
  emails jsonb not null,
  address jsonb,
  tax_ids jsonb not null,
  metadata jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant, customer),
  foreign key (tenant, parent) references customers (tenant, customer)
);

create table subscriptions (
  tenant text not null,
  subscription text not null,
  customer text not null,
  -- Plan of the last phase: at most one subscription of a plan is live per customer.
  plan text not null,
  starts_at timestamptz not null,
  -- Exclusive; null: runs on.
  ends_at timestamptz,
  anchor text not null check (anchor in ('calendar', 'anniversary')),
  cadence jsonb not null,
  time_zone text not null,
  metadata jsonb not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- Start of the whole calendar period where the subscription starts inside one; null: it starts with its period.
  first_nominal_from timestamptz,
  -- When further periods are to be written (the start of the last one written); null: written to the end.
  extend_at timestamptz,
  -- The billing instant that has no invoice yet: the start (next_period = 0, start_due) or the end of period next_period.
  start_due boolean not null,
  next_period integer not null check (next_period >= 0),
  -- That instant; null where its period is not written yet or the subscription is billed to its end.
  next_instant timestamptz,
  primary key (tenant, subscription),
  foreign key (tenant, customer) references customers (tenant, customer),
  foreign key (tenant, plan) references plans (tenant, plan),
  check (ends_at >= starts_at)
);
create index subscriptions_by_customer on subscriptions (tenant, customer, subscription);
-- Backs the check under the customer's row lock: two open subscriptions of one plan cannot stand side by side.
create unique index subscriptions_one_open on subscriptions (tenant, customer, plan) where ends_at is null;
-- Serves the period close: what is due, in the order in which it is billed.
create index subscriptions_due on subscriptions (tenant, next_instant, subscription);

-- Serves the job that writes periods ahead of time.
create index subscriptions_to_extend on subscriptions (extend_at) where extend_at is not null;

create table subscription_phases (
  tenant text not null,
  subscription text not null,
  starts_at timestamptz not null,
  plan text not null,
  plan_version integer not null,
  primary key (tenant, subscription, starts_at),
  foreign key (tenant, subscription) references subscriptions (tenant, subscription),
  foreign key (tenant, plan, plan_version) references plan_versions (tenant, plan, version)
);
create index subscription_phases_by_plan on subscription_phases (tenant, plan);

-- What happened to a subscription, in order, for people.
create table subscription_events (
  tenant text not null,
  subscription text not null,
  event text not null,
  kind text not null,
  -- When it happened, and from when on it counts.
  recorded_at timestamptz not null,
  effective_at timestamptz not null,
  key_id text,
  details jsonb not null,
  primary key (tenant, subscription, event),
  foreign key (tenant, subscription) references subscriptions (tenant, subscription)
);

-- Billing periods as runs of UTC instants: period first_number + k is [boundaries[k + 1], boundaries[k + 2]). Inside a run
-- two periods can neither overlap nor leave a gap; a run starts with its subscription or where the run before it ends, by
-- reference. One row holds years of periods, so thousands of subscriptions are written in a moment.
create function instants_ascend(instants timestamptz[]) returns boolean language sql immutable as $$
  select coalesce(bool_and(earlier < later), true)
  from unnest(instants[1:cardinality(instants) - 1], instants[2:]) as pair (earlier, later)
$$;

alter table subscriptions add constraint subscriptions_start unique (tenant, subscription, starts_at);

create table billing_period_runs (
  tenant text not null,
  subscription text not null,
  first_number integer not null check (first_number >= 0),
  boundaries timestamptz[] not null
    check (cardinality(boundaries) >= 2 and array_position(boundaries, null) is null and instants_ascend(boundaries)),
  next_number integer not null generated always as (first_number + cardinality(boundaries) - 1) stored,
  starts_at timestamptz not null generated always as (boundaries[1]) stored,
  ends_at timestamptz not null generated always as (boundaries[cardinality(boundaries)]) stored,
  subscription_start timestamptz generated always as (case when first_number = 0 then boundaries[1] end) stored,
  previous_next integer generated always as (case when first_number > 0 then first_number end) stored,
  previous_end timestamptz generated always as (case when first_number > 0 then boundaries[1] end) stored,
  primary key (tenant, subscription, first_number),
  unique (tenant, subscription, next_number, ends_at),
  foreign key (tenant, subscription) references subscriptions (tenant, subscription),
  constraint billing_periods_start_with_subscription
    foreign key (tenant, subscription, subscription_start) references subscriptions (tenant, subscription, starts_at),
  constraint billing_periods_contiguous
    foreign key (tenant, subscription, previous_next, previous_end)
    references billing_period_runs (tenant, subscription, next_number, ends_at)
);

create function billing_periods_are_immutable() returns trigger language plpgsql as $$
begin
  raise exception 'billing periods are never changed once written'
    using errcode = 'check_violation', constraint = 'billing_periods_immutable';
end
$$;
create trigger billing_periods_immutable before update or delete or truncate on billing_period_runs
  for each statement execute function billing_periods_are_immutable();

-- One row a period, for people and reports.
create view billing_periods as
  select tenant, subscription, first_number + position - 1 as number,
    boundaries[position] as starts_at, boundaries[position + 1] as ends_at
  from billing_period_runs cross join lateral generate_series(1, cardinality(boundaries) - 1) as position;
