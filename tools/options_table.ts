// npx tsx tools/options_table.ts: the tables of options in Markdown, as they stand in src/options/README.md.
// With --write they are put there, between the two marks.
import { readFileSync, writeFileSync } from 'node:fs';
import { optionsMarkdown } from './options_markdown.ts';

const tables = optionsMarkdown();
if (process.argv.includes('--write')) {
  const file = new URL('../src/options/README.md', import.meta.url);
  const text = readFileSync(file, 'utf8');
  const [before, after] = [
    text.split('<!-- tables -->')[0],
    text.split('<!-- end of tables -->')[1],
  ];
  if (after === undefined)
    throw new RangeError('src/options/README.md has lost the marks of its tables');
  writeFileSync(file, `${before}<!-- tables -->\n${tables}\n<!-- end of tables -->${after}`);
} else {
  console.log(tables);
}
