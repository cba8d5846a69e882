-- Money given back on an invoice. The invoice itself never changes; its notes never sum to more than it.

create table credit_notes (
  tenant text not null,
  credit_note text not null,
  number text not null,
  invoice text not null,
  amount numeric not null check (amount > 0),
  currency text not null,
  reason text,
  key_id text,
  created_at timestamptz not null,
  primary key (tenant, credit_note),
  unique (tenant, number),
  foreign key (tenant, invoice) references invoices (tenant, invoice)
);
-- Serves the sum of an invoice's notes, and their list.
create index credit_notes_by_invoice on credit_notes (tenant, invoice, credit_note);

create table credit_note_counters (
  tenant text not null,
  year integer not null,
  last_number bigint not null check (last_number >= 0),
  primary key (tenant, year)
);
