const powers: bigint[] = [1n];

/** 10^exponent for a whole exponent of at least 0. */
export function tenToThe(exponent: number): bigint {
  for (let next = powers.length; next <= exponent; next++) {
    powers.push((powers[next - 1] ?? 1n) * 10n);
  }
  return powers[exponent] ?? 10n ** BigInt(exponent);
}

const exponents = new Map<bigint, number>();
for (let exponent = 0; exponent <= 72; exponent++) exponents.set(tenToThe(exponent), exponent);

/** The exponent of a power of ten up to 10^72, the product of two numbers of 36 decimals; else `undefined`. */
export function exponentOfTen(value: bigint): number | undefined {
  return exponents.get(value);
}
