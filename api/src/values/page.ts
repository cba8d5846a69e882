/** Lists by key set: a page starts after the sort key of the last item, so it is stable while rows are added. */
export interface PageRequest {
  /** 1 to 500. */
  readonly limit: number;
  /** Sort key of the last item of the page before; empty for the first page. */
  readonly after: readonly string[];
}

export interface Page<Item> {
  readonly data: readonly Item[];
  /** Sort key of the last item; null on the last page. */
  readonly next: readonly string[] | null;
}

/** Cuts `limit + 1` rows into a page: the extra row only tells that there is more. */
export function pageOf<Item>(
  rows: readonly Item[],
  limit: number,
  sortKey: (item: Item) => readonly string[],
): Page<Item> {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return { data, next: rows.length > limit && last !== undefined ? sortKey(last) : null };
}
