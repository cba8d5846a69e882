-- Period closes and what they issue. Issued invoices never change; numbers come from a locked row and have no gaps.

create table period_closes (
  tenant text not null references tenants (tenant),
  close text not null,
  through timestamptz not null,
  -- Sorted keys of the customers asked for; null: all.
  customers jsonb,
  dry_run boolean not null,
  status text not null check (status in ('queued', 'running', 'done', 'halted', 'failed')),
  cut_incarnation bigint not null,
  cut_offsets jsonb not null,
  catalog_epoch bigint not null,
  halted jsonb not null,
  subscriptions_done integer not null,
  subscriptions_total integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant, close)
);
create index period_closes_unfinished on period_closes (created_at) where status in ('queued', 'running');

create table invoices (
  tenant text not null,
  invoice text not null,
  number text not null,
  customer text not null,
  subscription text not null,
  instant timestamptz not null,
  revision integer not null check (revision > 0),
  status text not null check (status in ('draft', 'issued', 'paid', 'void')),
  period_from timestamptz not null,
  period_to timestamptz not null,
  currency text not null,
  subtotal numeric not null,
  discount_total numeric not null,
  credit_total numeric not null,
  tax_total numeric not null,
  total numeric not null,
  amount_due numeric not null,
  proof jsonb not null,
  -- The close that issued it, and what that close billed through: closing again counts the same invoices.
  close text not null,
  through timestamptz not null,
  issued_at timestamptz,
  due_at timestamptz,
  created_at timestamptz not null,
  primary key (tenant, invoice),
  unique (tenant, subscription, instant, revision),
  unique (tenant, number),
  foreign key (tenant, subscription) references subscriptions (tenant, subscription)
);
create index invoices_by_customer on invoices (tenant, customer, invoice);
-- Serves the counts of a close.
create index invoices_by_through on invoices (tenant, through, customer);

create table invoice_lines (
  tenant text not null,
  invoice text not null,
  line integer not null check (line > 0),
  kind text not null,
  charge text,
  meter text,
  description text not null,
  from_at timestamptz not null,
  to_at timestamptz not null,
  quantity numeric,
  billable_quantity numeric,
  unit_amount numeric,
  exact_amount numeric not null,
  amount numeric not null,
  tiers jsonb not null,
  primary key (tenant, invoice, line),
  foreign key (tenant, invoice) references invoices (tenant, invoice)
);

create table invoice_counters (
  tenant text not null,
  year integer not null,
  last_number bigint not null check (last_number >= 0),
  primary key (tenant, year)
);

-- What is billed so far for a closed period, and which events that includes; a later adjustment bills the difference.
create table billed_amounts (
  tenant text not null,
  subscription text not null,
  period_from timestamptz not null,
  cut_incarnation bigint not null,
  cut_offsets jsonb not null,
  amounts jsonb not null,
  updated_at timestamptz not null,
  primary key (tenant, subscription, period_from),
  foreign key (tenant, subscription) references subscriptions (tenant, subscription)
);

-- A dry run issues nothing; what it would have issued is kept to be counted.
create table period_close_drafts (
  tenant text not null,
  close text not null,
  subscription text not null,
  instant timestamptz not null,
  currency text not null,
  total numeric not null,
  primary key (tenant, close, subscription, instant),
  foreign key (tenant, close) references period_closes (tenant, close)
);

-- Messages to the outside, written with the fact they tell of and delivered at least once.
create table outbox (
  tenant text not null,
  message text not null,
  topic text not null,
  body jsonb not null,
  created_at timestamptz not null,
  delivered_at timestamptz,
  primary key (tenant, message)
);
create index outbox_undelivered on outbox (message) where delivered_at is null;
