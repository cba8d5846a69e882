// The public JSON of PRICING.md, section 6, as the oracle and the case generators write it.

export type RoundMode = 'half_away_from_zero' | 'half_even' | 'up' | 'down';
export type Basis = 'second' | 'day' | 'day_inclusive' | 'month30' | 'none';

export interface Range {
  from: string;
  to: string;
}

export interface Tier {
  upTo: string | null;
  unitAmount?: string;
  flatAmount?: string;
  packageSize?: string;
  packageAmount?: string;
  rate?: string;
}

export interface Price {
  model: string;
  currency?: string;
  amount?: string;
  unitAmount?: string;
  tiers?: Tier[];
  mode?: string;
  packageSize?: string;
  packageAmount?: string;
  rounding?: string;
  rate?: string;
  fixedAmount?: string;
  freeTransactions?: string;
  freeAmount?: string;
  minPerTransaction?: string;
  maxPerTransaction?: string;
  amountProperty?: string;
  multiplier?: string;
  dimensions?: string[];
  cells?: { when: Record<string, string>; price: Price }[];
  default?: Price;
  roundAt?: 'line' | 'tier';
  roundMode?: RoundMode;
  zeroUsageFirstTierFlat?: 'charged' | 'not_charged';
  negative?: 'zero' | 'credit' | 'reject';
}

export interface Conversion {
  operation: 'multiply' | 'divide';
  factor: string;
  rounding?: RoundMode;
  precision?: number;
  increment?: string;
}

export interface Charge {
  key?: string;
  price: Price;
  filter?: Record<string, string[]>;
  conversion?: Conversion;
  allowance?: string;
  discounts?: { percent?: string; amount?: string }[];
  maximum?: string;
  minimum?: string;
  proration?: { basis: Basis };
  timing?: 'in_arrears' | 'in_advance';
}

export interface UsageEvent {
  time: string;
  id?: string;
  value?: unknown;
  data?: Record<string, unknown>;
}

export interface Meter {
  key?: string;
  eventType?: string;
  aggregation: string;
  property?: string;
  expression?: string;
  dimensions?: string[];
  filter?: Record<string, string[]>;
  conversion?: Conversion;
  carry?: boolean;
  values?: 'level' | 'change';
  bucket?: 'hour' | 'day';
}

export interface ChargeCase {
  id?: string;
  kind?: 'charge';
  charge: Charge;
  quantity?: string;
  quantities?: string[];
  snapshots?: string[];
  open?: boolean;
  thresholds?: string[];
  transactions?: { value: string }[];
  events?: UsageEvent[];
  meter?: Meter;
  period?: Range;
  service?: Range;
  timeZone?: string;
}

export interface MeterCase {
  id?: string;
  kind: 'meter';
  meter: Meter;
  events: UsageEvent[];
  period: Range;
  initialLevel?: string;
  initialValues?: string[];
}

export interface ConvertCase {
  id?: string;
  kind: 'convert';
  conversion: Conversion;
  allowance?: string;
  prior?: string;
  quantity: string;
}

export interface RoundCase {
  id?: string;
  kind: 'round';
  amount: string;
  currency?: string;
  precision?: number;
  mode?: RoundMode;
}

export interface ProrationCase {
  id?: string;
  kind: 'proration';
  amount: string;
  currency: string;
  basis: Basis;
  service: Range;
  period: Range;
  timeZone?: string;
}

export interface ChangeCase {
  id?: string;
  kind: 'change';
  before: string;
  after: string;
  currency: string;
  basis: Basis;
  at: string;
  period: Range;
  timeZone?: string;
  newPeriod?: boolean;
}

export interface AllocateCase {
  id?: string;
  kind: 'allocate';
  total: string;
  weights: string[];
  currency?: string;
  precision?: number;
  limitToWeights?: boolean;
}

export interface InvoiceCase {
  id?: string;
  kind: 'invoice';
  lines: {
    key: string;
    amount?: string;
    charge?: Charge;
    quantity?: string;
    service?: Range;
    period?: Range;
  }[];
  minimum?: string;
  maximum?: string;
  service?: Range;
  period?: Range;
  proration?: { basis: Basis };
  coupons?: { percent?: string; amount?: string; lines?: string[] }[];
  credits?: { id: string; amount: string }[];
  tax?: { percent: string; inclusive?: boolean }[];
  currency: string;
}

export interface Grant {
  id: string;
  amount: string;
  priority?: number;
  startsAt?: string;
  expiresAt?: string;
  createdAt?: string;
  refill?: {
    every: 'day' | 'week' | 'month' | { every: number; unit: 'day' | 'week' | 'month' };
    amount?: string;
    anchor?: string;
  };
  rollover?: { min: string; max: string };
  increment?: string;
}

export interface CreditsCase {
  id?: string;
  kind: 'credits';
  grants: Grant[];
  usage: { time: string; amount: string }[];
  period: Range;
  resets?: string[];
  keepOverage?: boolean;
  carryOverage?: boolean;
  openingOverage?: string;
  overdraft?: boolean;
  insufficient?: 'refuse';
}

export interface CreditNoteCase {
  id?: string;
  kind: 'credit_note';
  paid: string;
  credited: string;
  amount: string;
  currency: string;
}

export type OracleCase =
  | ChargeCase
  | MeterCase
  | ConvertCase
  | RoundCase
  | ProrationCase
  | ChangeCase
  | AllocateCase
  | InvoiceCase
  | CreditsCase
  | CreditNoteCase;
