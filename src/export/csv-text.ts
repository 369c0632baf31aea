import { csvField } from '../text/csv-field.js';
import { cellTexts } from './cell-texts.js';
import type { CellValue, ExportBlock, ExportColumn } from './export-column.js';

/** The samples as CSV (RFC 4180, LF): a row of names, then one for each sample; nothing between commas is null. */
export async function* csvText(
  blocks: AsyncIterable<ExportBlock>,
  columns: readonly ExportColumn[],
): AsyncGenerator<string> {
  yield `${columns.map(({ name }) => name).join(',')}\n`;
  for await (const block of blocks) {
    const cells = columns.map((column) => cellTexts(column, block));
    let text = '';
    for (let row = 0; row < block.rows; row++)
      text += `${cells.map((column) => csvCell(column[row] ?? null)).join(',')}\n`;
    yield text;
  }
}

/** Numbers with the fewest digits that give the same number back; quotes mark an empty text, none a missing one. */
export function csvCell(value: CellValue): string {
  if (value === null) return '';
  if (typeof value !== 'string') return String(value);
  return value === '' ? '""' : csvField(value);
}
