/** Numbers as people read them in a table. */
export function formatRate(unitsPerSecond: number): string {
  if (!Number.isFinite(unitsPerSecond)) return '-';
  if (unitsPerSecond >= 1e6) return `${(unitsPerSecond / 1e6).toFixed(2)} M`;
  if (unitsPerSecond >= 1e4) return `${(unitsPerSecond / 1e3).toFixed(0)} k`;
  if (unitsPerSecond >= 1e3) return `${(unitsPerSecond / 1e3).toFixed(1)} k`;
  return unitsPerSecond.toFixed(unitsPerSecond < 10 ? 2 : 0);
}

export function formatFigure(value: number): string {
  if (!Number.isFinite(value)) return '-';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
}
