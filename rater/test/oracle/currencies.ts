// Minor units of the currencies the cases use (ISO 4217, table A.1). Not a full table: a case with another currency is a
// mistake of the case.

const DECIMALS: Readonly<Record<string, number>> = {
  AUD: 2,
  BHD: 3,
  BRL: 2,
  CAD: 2,
  CHF: 2,
  CLF: 4,
  CLP: 0,
  DKK: 2,
  EUR: 2,
  GBP: 2,
  HUF: 2,
  INR: 2,
  IQD: 3,
  ISK: 0,
  JOD: 3,
  JPY: 0,
  KRW: 0,
  KWD: 3,
  MXN: 2,
  OMR: 3,
  TND: 3,
  UGX: 0,
  USD: 2,
  VND: 0,
};

export function currencyDecimals(currency: string): number {
  const decimals = DECIMALS[currency];
  if (decimals === undefined) throw new Error(`oracle: no such currency in its table: ${currency}`);
  return decimals;
}
