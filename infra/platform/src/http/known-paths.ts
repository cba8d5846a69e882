/**
 * Tells a known path asked with another method (405) from an unknown path (404). The router answers "not found" to
 * both; the routes are noted as they are registered and only looked at when no route matched.
 */
export class KnownPaths {
  readonly #methods = new Map<
    string,
    { readonly pattern: RegExp; readonly methods: Set<string> }
  >();

  /** Notes a route with its pattern in the router's syntax: `/v1/meters/:key`, `/files/*`. */
  add(url: string, methods: readonly string[]): void {
    const known = this.#methods.get(url) ?? { pattern: toPattern(url), methods: new Set() };
    for (const method of methods) known.methods.add(method);
    this.#methods.set(url, known);
  }

  /** The methods that the path of `url` (with or without query) allows; empty when the path is unknown. */
  allowedMethods(url: string): readonly string[] {
    const path = url.split(/[?#]/, 1)[0] ?? '';
    const allowed = new Set<string>();
    for (const { pattern, methods } of this.#methods.values()) {
      if (pattern.test(path)) methods.forEach((method) => allowed.add(method));
    }
    return [...allowed].sort();
  }
}

const routeToken = /::|:[A-Za-z0-9_]+(?:\((?:[^()\\]|\\.|\([^()]*\))*\))?\??|\*|[.+^${}()|[\]\\?]/g;

function toPattern(url: string): RegExp {
  const source = url.replace(routeToken, (token) => {
    if (token === '::') return ':';
    if (token.startsWith(':')) return '[^/]+';
    return token === '*' ? '.*' : `\\${token}`;
  });
  return new RegExp(`^${source}$`);
}
