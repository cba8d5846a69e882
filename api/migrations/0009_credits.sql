-- Money that customers have before they are billed. A balance is what its postings sum to; both move in one transaction.

create table credit_grants (
  tenant text not null,
  credit_grant text not null,
  customer text not null,
  name text not null,
  currency text not null,
  amount numeric not null check (amount > 0),
  -- What is left, whether the grant is alive or not.
  balance numeric not null check (balance >= 0 and balance <= amount),
  -- Lower numbers burn first.
  priority integer not null,
  starts_at timestamptz not null,
  -- Exclusive; null: never.
  expires_at timestamptz,
  created_at timestamptz not null,
  primary key (tenant, credit_grant),
  foreign key (tenant, customer) references customers (tenant, customer),
  check (expires_at > starts_at)
);
-- Serves the close and the balance: grants of a customer in the order in which they burn.
create index credit_grants_by_customer on credit_grants (tenant, customer, priority, expires_at, created_at, credit_grant);

-- Double entry: each posting moves an amount from one account to another. One an invoice or hold, grant and kind, so posting
-- again changes nothing.
create table credit_postings (
  tenant text not null,
  posting text not null,
  customer text not null,
  credit_grant text not null,
  kind text not null check (kind in ('grant', 'use', 'release', 'hold', 'capture', 'hold_release')),
  -- What the posting is for; one of them, or neither for the grant itself. Never null, so that they are part of the key.
  invoice text not null,
  hold text not null,
  currency text not null,
  amount numeric not null check (amount > 0),
  debit text not null check (debit in ('granted', 'balance', 'invoices', 'held', 'captured')),
  credit text not null check (credit in ('granted', 'balance', 'invoices', 'held', 'captured')),
  created_at timestamptz not null,
  primary key (tenant, posting),
  unique (tenant, credit_grant, invoice, hold, kind),
  foreign key (tenant, credit_grant) references credit_grants (tenant, credit_grant),
  check (debit <> credit)
);
create index credit_postings_by_customer on credit_postings (tenant, customer, posting);
create index credit_postings_by_invoice on credit_postings (tenant, invoice) where invoice <> '';

-- Credit that is set aside for something that is still to happen: captured or released later, as a whole or in part.
create table credit_holds (
  tenant text not null,
  hold text not null,
  customer text not null,
  currency text not null,
  amount numeric not null check (amount > 0),
  captured numeric not null check (captured >= 0 and captured <= amount),
  state text not null check (state in ('held', 'captured', 'released')),
  description text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant, hold),
  foreign key (tenant, customer) references customers (tenant, customer)
);
create index credit_holds_by_customer on credit_holds (tenant, customer, hold);
