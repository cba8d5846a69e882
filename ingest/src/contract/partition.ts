/** Which partition a subject belongs to: the rule of Kafka's own default partitioner over the key `tenant:subject`. */

const encoder = new TextEncoder();
/** Bytes of the key at hand; a tenant, a colon and a subject of the greatest length fit. */
const keyBytes = new Uint8Array(512);

/**
 * `murmur2(utf8("tenant:subject")) & 0x7fffffff % partitionCount`, as a Java producer with that record key would choose.
 */
export function partitionOf(tenant: string, subject: string, partitionCount: number): number {
  return (murmur2(keyOf(tenant, subject)) & 0x7fffffff) % partitionCount;
}

/** Valid until the next call. ASCII is copied by hand: called once an event, the encoder would cost ten times the hash. */
function keyOf(tenant: string, subject: string): Uint8Array {
  const length = tenant.length + 1 + subject.length;
  if (length > keyBytes.length) return encoder.encode(`${tenant}:${subject}`);
  let seen = 0;
  for (let at = 0; at < tenant.length; at++) {
    const unit = tenant.charCodeAt(at);
    seen |= unit;
    keyBytes[at] = unit;
  }
  keyBytes[tenant.length] = 0x3a;
  for (let at = 0; at < subject.length; at++) {
    const unit = subject.charCodeAt(at);
    seen |= unit;
    keyBytes[tenant.length + 1 + at] = unit;
  }
  return seen < 0x80 ? keyBytes.subarray(0, length) : encoder.encode(`${tenant}:${subject}`);
}

/** `org.apache.kafka.common.utils.Utils.murmur2`, as a signed 32-bit integer. */
export function murmur2(data: Uint8Array): number {
  const multiplier = 0x5bd1e995;
  const { length } = data;
  let hash = 0x9747b28c ^ length;
  const whole = length & ~3;
  for (let at = 0; at < whole; at += 4) {
    let word =
      (data[at] as number) |
      ((data[at + 1] as number) << 8) |
      ((data[at + 2] as number) << 16) |
      ((data[at + 3] as number) << 24);
    word = Math.imul(word, multiplier);
    word ^= word >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier);
  }
  const rest = length - whole;
  if (rest === 3) hash ^= (data[whole + 2] as number) << 16;
  if (rest >= 2) hash ^= (data[whole + 1] as number) << 8;
  if (rest >= 1) {
    hash ^= data[whole] as number;
    hash = Math.imul(hash, multiplier);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, multiplier);
  return hash ^ (hash >>> 15);
}
