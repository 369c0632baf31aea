import { MS_COLUMNS, USAGE_COLUMNS } from '../sample-columns.js';
import { COLD_STARTS, OUTCOMES, USAGE_NAMES, type SampleBatch } from '../sample.js';

/** One column of an export: the same names, in the same order, as those of the sample log. */
export interface SampleColumn {
  readonly name: string;
  readonly kind: 'whole' | 'number' | 'text';
  /** Whether a row may have none. */
  readonly nullable: boolean;
  /** The values of a batch, one for each row. */
  values(batch: ExportBatch): readonly CellValue[];
}

export type CellValue = number | string | null;

/** A batch whose requests may have gone in invocations together. */
export type ExportBatch = SampleBatch & { readonly invocation?: Uint32Array };

/** The columns of a log; `usage` and `batched`: whether it has those besides. */
export function sampleColumns({ usage, batched }: Readonly<Record<'usage' | 'batched', boolean>>): SampleColumn[] {
  return [
    wholeColumn('seq', ({ seq }) => seq),
    ...Object.entries(MS_COLUMNS).map(([name, key]) => numberColumn(name, (batch) => batch[key])),
    wordColumn('outcome', OUTCOMES, ({ outcome }) => outcome),
    wordColumn('cold_start', COLD_STARTS, ({ coldStart }) => coldStart),
    {
      name: 'worker',
      kind: 'whole',
      nullable: false,
      values: ({ worker, rows }) => new Array<number>(rows).fill(worker),
    },
    { name: 'detail', kind: 'text', nullable: true, values: detailTexts },
    ...(usage ? USAGE_NAMES.map((key) => numberColumn(USAGE_COLUMNS[key], (batch) => batch.usage?.[key])) : []),
    ...(batched ? [wholeColumn('invocation', ({ seq, invocation = seq }) => invocation)] : []),
  ];
}

function wholeColumn(name: string, of: (batch: ExportBatch) => Uint32Array): SampleColumn {
  return { name, kind: 'whole', nullable: false, values: (batch) => Array.from(of(batch).subarray(0, batch.rows)) };
}

function numberColumn(name: string, of: (batch: SampleBatch) => Float64Array | undefined): SampleColumn {
  const values = (batch: SampleBatch): CellValue[] => {
    const column = of(batch);
    if (column === undefined) return new Array<null>(batch.rows).fill(null);
    return Array.from(column.subarray(0, batch.rows), (value) => (Number.isNaN(value) ? null : value));
  };
  return { name, kind: 'number', nullable: true, values };
}

function wordColumn(name: string, words: readonly string[], of: (batch: SampleBatch) => Uint8Array): SampleColumn {
  const values = (batch: SampleBatch): CellValue[] =>
    Array.from(of(batch).subarray(0, batch.rows), (code) => words[code] ?? null);
  return { name, kind: 'text', nullable: false, values };
}

function detailTexts({ details, rows }: SampleBatch): CellValue[] {
  const texts = new Array<CellValue>(rows).fill(null);
  for (const { row, text } of details) texts[row] = text;
  return texts;
}
