import { InputError } from '../formats/errors.ts';

/**
 * Parses rows of ws, as `0-3,6`.
 * @returns each once, in ascending order
 * @throws InputError for anything else, or a row that the network does not have
 */
export function parseRows(text: string, numWs: number, option: string): number[] {
  const rows = new Set<number>();
  for (const part of text.split(',')) {
    const [, first, last = first] = /^\s*(\d{1,3})(?:-(\d{1,3}))?\s*$/.exec(part) ?? [];
    if (first === undefined || Number(last) >= numWs || Number(first) > Number(last)) {
      throw new InputError(
        `"${part.trim()}" is neither a row from 0 to ${numWs - 1} nor a range such as 0-${numWs - 1}`,
        { option },
      );
    }
    for (let row = Number(first); row <= Number(last); row++) rows.add(row);
  }
  return [...rows].sort((a, b) => a - b);
}
