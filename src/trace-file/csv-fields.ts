/** The fields of one row (RFC 4180, section 2); undefined where a quote stands inside a field that does not begin with one. */
export function csvFields(row: string): readonly CsvField[] | undefined {
  const fields: CsvField[] = [];
  for (let start = 0; ;) {
    const field = /^[ \t]*"/.test(row.slice(start, start + 64))
      ? quotedField(row, row.indexOf('"', start))
      : plainField(row, start);
    if (field === undefined) return undefined;
    fields.push(field);
    if (field.end === row.length) return fields;
    start = field.end + 1;
  }
}

export interface CsvField {
  readonly text: string;
  /** Whether it stands between double quotes. */
  readonly quoted: boolean;
}

/** `end` is the index of the comma behind the field, or the row's length. */
interface Field extends CsvField {
  readonly end: number;
}

function plainField(row: string, start: number): Field | undefined {
  const comma = row.indexOf(',', start);
  const end = comma < 0 ? row.length : comma;
  const text = row.slice(start, end);
  return text.includes('"') ? undefined : { text, end, quoted: false };
}

function quotedField(row: string, open: number): Field | undefined {
  let close = row.indexOf('"', open + 1);
  while (close >= 0 && row[close + 1] === '"') close = row.indexOf('"', close + 2);
  if (close < 0) return undefined;
  let end = close + 1;
  while (row[end] === ' ' || row[end] === '\t') end++;
  if (end < row.length && row[end] !== ',') return undefined;
  return { text: row.slice(open + 1, close).replaceAll('""', '"'), end, quoted: true };
}
