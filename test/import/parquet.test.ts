import { parquetWriteBuffer, type ColumnSource } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { imported } from '../support/imported.js';

const file = (columnData: ColumnSource[], more: object = {}): Buffer =>
  Buffer.from(parquetWriteBuffer({ columnData, ...more }));
const startUs = 1700158546680590n;
const tokens: ColumnSource = { name: 'ContextTokens', data: [374, null, 7], type: 'INT32', nullable: true };
const timestamps = (unit: 'MILLIS' | 'MICROS' | 'NANOS', isAdjustedToUTC: boolean, data: bigint[]): Buffer =>
  Buffer.from(
    parquetWriteBuffer({
      columnData: [{ name: 'ts', data }],
      schema: [
        { name: 'root', num_children: 1 },
        {
          name: 'ts',
          type: 'INT64',
          repetition_type: 'REQUIRED',
          logical_type: { type: 'TIMESTAMP', isAdjustedToUTC, unit },
        },
      ],
    }),
  );

describe('Parquet', () => {
  it('is recognised like a table of the same columns, over row groups', async () => {
    const bytes = file(
      [
        {
          name: 'TIMESTAMP',
          data: ['2023-11-16 18:15:46.6805900', '2023-11-16 18:15:46.7', '2023-11-16 18:15:46.6905900'],
          type: 'STRING',
        },
        tokens,
        { name: 'GeneratedTokens', data: [44, 5, 6], type: 'INT32' },
      ],
      { rowGroupSize: 2 },
    );
    const { rows, format } = await imported(bytes, {}, 100);
    expect([format, rows]).toEqual([
      'azure-llm',
      [
        { atMs: 0, inputTokens: 374, outputTokens: 44 },
        { atMs: 10, inputTokens: 7, outputTokens: 6 },
        { atMs: 19.41, outputTokens: 5 },
      ],
    ]);
  });

  it.each<[string, Buffer, number[], string]>([
    ['timestamps in us', timestamps('MICROS', true, [startUs, startUs + 1n]), [0, 0.001], ''],
    [
      'timestamps in ns of a local clock',
      timestamps('NANOS', false, [startUs * 1000n, startUs * 1000n + 7n]),
      [0, 0.000007],
      'stamps say no time zone',
    ],
    ['timestamps in ms', timestamps('MILLIS', true, [startUs / 1000n, startUs / 1000n + 5n]), [0, 5], ''],
    [
      'whole numbers since 1970',
      file([{ name: 'ts', data: BigInt64Array.from([startUs, startUs + 10n]), type: 'INT64' }]),
      [0, 0.01],
      '',
    ],
    [
      'seconds with a fraction',
      file([{ name: 'ts', data: [1700158546.25, 1700158546.5], type: 'DOUBLE' }]),
      [0, 250],
      '',
    ],
    ['times from the start', file([{ name: 'at_ms', data: [1.5, 3], type: 'DOUBLE' }]), [1.5, 3], ''],
  ])('%s', async (_, bytes, expected, says) => {
    const { rows, said } = await imported(bytes);
    expect(rows.map(({ atMs }) => atMs)).toEqual(expected);
    expect(said).toContain(says);
  });

  it('cut off, or not what it says, is one line', async () => {
    const bytes = file([tokens]);
    await expect(imported(bytes.subarray(0, -20))).rejects.toThrow(
      /it is no whole Parquet file \(.*\); fetch it again$/,
    );
    await expect(imported(bytes)).rejects.toThrow(
      /its columns are ContextTokens; name the one with the times: --time-column NAME/,
    );
    await expect(imported(Buffer.from('PAR1'))).rejects.toThrow(/it is no whole Parquet file/);
  });
});
