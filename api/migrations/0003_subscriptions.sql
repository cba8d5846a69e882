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

-- Half-open UTC intervals, written ahead of time and never changed. Period 0 starts with the subscription and every
-- other where the one before it ends: two periods can neither overlap nor leave a gap, whoever writes them.
create table billing_periods (
  tenant text not null,
  subscription text not null,
  number integer not null check (number >= 0),
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  primary key (tenant, subscription, number),
  check (ends_at > starts_at)
);

-- Checked for all rows of a statement at once: 2,000 subscriptions with years of periods are written in one statement.
create function billing_periods_are_contiguous() returns trigger language plpgsql as $$
begin
  if exists (
    select 1
    from written w
    left join billing_periods previous
      on previous.tenant = w.tenant and previous.subscription = w.subscription and previous.number = w.number - 1
    left join subscriptions s on s.tenant = w.tenant and s.subscription = w.subscription
    where w.starts_at is distinct from (case when w.number = 0 then s.starts_at else previous.ends_at end)
  ) then
    raise exception 'billing periods must follow one another without gap or overlap'
      using errcode = 'check_violation', constraint = 'billing_periods_contiguous';
  end if;
  return null;
end
$$;
create trigger billing_periods_contiguous after insert on billing_periods
  referencing new table as written for each statement execute function billing_periods_are_contiguous();

create function billing_periods_are_immutable() returns trigger language plpgsql as $$
begin
  raise exception 'billing periods are never changed once written'
    using errcode = 'check_violation', constraint = 'billing_periods_immutable';
end
$$;
create trigger billing_periods_immutable before update or delete or truncate on billing_periods
  for each statement execute function billing_periods_are_immutable();
