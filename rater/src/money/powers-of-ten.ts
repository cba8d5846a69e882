const powers: bigint[] = [1n];

/** 10^exponent for a whole exponent of at least 0. */
export function tenToThe(exponent: number): bigint {
  for (let next = powers.length; next <= exponent; next++) {
    powers.push((powers[next - 1] ?? 1n) * 10n);
  }
  return powers[exponent] ?? 10n ** BigInt(exponent);
}
