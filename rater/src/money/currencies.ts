/**
 * Minor units of ISO 4217 (list one, amendment 178). A table of our own, because `Intl` answers with CLDR's *display*
 * digits, which differ from ISO for sixteen currencies (0 decimals for AFN, COP, HUF, IQD, PKR and others) and change
 * with the ICU version of the runtime: an invoice must not. Funds codes with a minor unit are listed; metals, bond units,
 * SDR and test codes have none in ISO 4217 and no invoice.
 */

const codesByMinorUnits: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2:
    'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF ' +
    'CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF ' +
    'IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN ' +
    'MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS ' +
    'SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG',
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const minorUnits = new Map<string, number>();
for (const digits of [0, 2, 3, 4]) {
  for (const code of (codesByMinorUnits[digits] ?? '').split(' ')) minorUnits.set(code, digits);
}

/** Decimals of the currency's minor unit (JPY 0, USD 2, KWD 3); `undefined` for a code that ISO 4217 gives none. */
export function minorUnitsOf(currency: string): number | undefined {
  return minorUnits.get(currency);
}

/** All currencies an invoice can be in, in code order. */
export const currencies: readonly string[] = [...minorUnits.keys()].sort();
