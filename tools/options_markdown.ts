import { dragOptionTable } from '../src/options/drag_options.ts';
import { fineTuningOptionTable, inversionOptionTable } from '../src/options/inversion_options.ts';
import { type Option, type OptionTable, rangeOf } from '../src/options/option.ts';

const tables: Readonly<Record<string, OptionTable>> = {
  'A drag (`drag`, `createDragSession`)': dragOptionTable,
  'The search for a photograph (`invert`, `Model.invert`)': inversionOptionTable,
  'Fine-tuning to it (`invert --delta`, `Model.fineTune`)': fineTuningOptionTable,
};

/** The tables of options in Markdown, as they stand in src/options/README.md. */
export function optionsMarkdown(): string {
  return Object.entries(tables)
    .map(([title, table]) => `### ${title}\n\n${toTable(table)}`)
    .join('\n\n');
}

function toTable(table: OptionTable): string {
  const rows = Object.entries(table).map(([name, option]) => {
    const flag = option.flag === undefined ? '' : `\`--${option.flag}\``;
    const unit = option.kind === 'number' && option.unit ? ` In ${option.unit}.` : '';
    return [`\`${name}\``, flag, values(option), `${option.usual}`, `${option.hint}${unit}`];
  });
  return [
    ['option', 'flag', 'values', 'usual', 'what it does'],
    ['---', '---', '---', '---', '---'],
    ...rows,
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function values(option: Option): string {
  if (option.kind === 'switch') return 'on, off';
  if (option.kind === 'choice') return option.choices.map((choice) => `\`${choice}\``).join(', ');
  return `${rangeOf(option.bounds)}${option.bounds.whole ? ', whole' : ''}`;
}
