/** Columns of text, the first to the left and the others to the right. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i].length)));
  return all
    .map((row) =>
      row
        .map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])))
        .join('  '),
    )
    .join('\n');
}

const units: readonly [number, string][] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** A number with a prefix of its unit: `2.1 G`. */
export function short(value: number, unit = ''): string {
  const [factor, letter] = units.find(([least]) => Math.abs(value) >= least) ?? [1, ''];
  return `${Number((value / factor).toPrecision(3))} ${letter}${unit}`.trim();
}

export const ms = (value: number | null | undefined): string =>
  value === null || value === undefined ? '-' : `${Number(value.toPrecision(3))} ms`;
