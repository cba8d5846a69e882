/** Rates of all cases as horizontal bars, one group a comparison, as an SVG that needs nothing else. */
import { formatRate } from './format.ts';
import type { RunResult } from './result.ts';

const layout = { width: 960, label: 330, bar: 18, gap: 6, group: 34, value: 110 };
const font = 'font-family="system-ui, sans-serif" font-size="13"';

export function reportChart(run: RunResult): string {
  const parts: string[] = [];
  let y = layout.gap;
  for (const { name, cases } of run.comparisons) {
    const valid = cases.filter(({ failure }) => failure === null);
    const greatest = Math.max(0, ...valid.map(({ unitsPerSecond }) => unitsPerSecond.median));
    if (greatest === 0) continue;
    y += layout.group;
    parts.push(`<text x="8" y="${y - 10}" ${font} font-weight="600">${escaped(name)}</text>`);
    for (const { title, unit, unitsPerSecond } of valid) {
      const room = layout.width - layout.label - layout.value;
      const width = Math.max(1, (unitsPerSecond.median / greatest) * room);
      const text = `${formatRate(unitsPerSecond.median)} ${unit}s/s`;
      const baseline = y + layout.bar - 5;
      parts.push(
        `<text x="${layout.label - 8}" y="${baseline}" ${font} text-anchor="end">${escaped(title)}</text>`,
        `<rect x="${layout.label}" y="${y}" width="${width.toFixed(1)}" height="${layout.bar}" fill="#3b6ea8"/>`,
        `<text x="${layout.label + width + 6}" y="${baseline}" ${font}>${escaped(text)}</text>`,
      );
      y += layout.bar + layout.gap;
    }
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${layout.width}" height="${y + layout.gap}" role="img" aria-label="Rates by comparison; bars of one group share a scale">`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
