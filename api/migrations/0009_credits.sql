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

-- Double entry: each posting moves an amount from one account to another. One an invoice, grant and kind, so posting again
-- changes nothing.
create table credit_postings (
  tenant text not null,
  posting text not null,
  customer text not null,
  credit_grant text not null,
  kind text not null check (kind in ('grant', 'use', 'release')),
  -- Empty for the grant itself.
  invoice text not null,
  currency text not null,
  amount numeric not null check (amount > 0),
  debit text not null check (debit in ('granted', 'balance', 'invoices')),
  credit text not null check (credit in ('granted', 'balance', 'invoices')),
  created_at timestamptz not null,
  primary key (tenant, posting),
  unique (tenant, credit_grant, invoice, kind),
  foreign key (tenant, credit_grant) references credit_grants (tenant, credit_grant),
  check (debit <> credit)
);
create index credit_postings_by_customer on credit_postings (tenant, customer, posting);
create index credit_postings_by_invoice on credit_postings (tenant, invoice) where invoice <> '';
