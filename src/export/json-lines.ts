import { cellTexts } from './cell-texts.js';
import type { ExportBlock, ExportColumn } from './export-column.js';

/** The samples as JSON lines: an object for each, with every column; null where there is no value. */
export async function* jsonLines(
  blocks: AsyncIterable<ExportBlock>,
  columns: readonly ExportColumn[],
): AsyncGenerator<string> {
  const names = columns.map(({ name }) => JSON.stringify(name));
  for await (const block of blocks) {
    const cells = columns.map((column) => cellTexts(column, block));
    let text = '';
    for (let row = 0; row < block.rows; row++) {
      const members = names.map((name, i) => `${name}:${JSON.stringify(cells[i]?.[row] ?? null)}`);
      text += `{${members.join(',')}}\n`;
    }
    yield text;
  }
}
