-- Discounts on whole invoices. A coupon is a definition; a customer is given it, and each invoice that it discounts is one use.

create table coupons (
  tenant text not null references tenants (tenant),
  coupon text not null,
  name text not null,
  -- One of the two.
  percent numeric check (percent > 0 and percent <= 100),
  amount numeric check (amount > 0),
  -- Of the amount; null: any.
  currency text,
  -- Invoices that each subscription gets discounted; null: all. A coupon that counts once over all subscriptions has 'once'.
  duration text not null check (duration in ('once', 'periods', 'forever')),
  periods integer check (periods > 0),
  -- Keys of charges; null: all lines.
  charges jsonb,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (tenant, coupon),
  check ((percent is null) <> (amount is null)),
  check ((amount is null) = (currency is null)),
  check ((duration = 'periods') = (periods is not null))
);

create table customer_coupons (
  tenant text not null,
  customer_coupon text not null,
  customer text not null,
  coupon text not null,
  applied_at timestamptz not null,
  primary key (tenant, customer_coupon),
  foreign key (tenant, customer) references customers (tenant, customer),
  foreign key (tenant, coupon) references coupons (tenant, coupon)
);
-- Serves the close: the coupons of a customer in the order in which they were given.
create index customer_coupons_by_customer on customer_coupons (tenant, customer, customer_coupon);

create table coupon_uses (
  tenant text not null,
  customer_coupon text not null,
  invoice text not null,
  subscription text not null,
  amount numeric not null check (amount > 0),
  primary key (tenant, customer_coupon, invoice),
  foreign key (tenant, customer_coupon) references customer_coupons (tenant, customer_coupon),
  foreign key (tenant, invoice) references invoices (tenant, invoice)
);
