import type { ColumnSpec } from '../../trace.js';
import { badTime, hasColumns } from '../event-format.js';
import type { ImportFormat } from '../import-format.js';

const NAMES = ['chat_id', 'parent_chat_id', 'timestamp', 'input_length', 'output_length', 'type', 'turn', 'hash_ids'];
const COLUMNS: readonly ColumnSpec[] = [
  { name: 'session', type: 'text' },
  { name: 'turn', type: 'number' },
  { name: 'inputTokens', type: 'number' },
  { name: 'outputTokens', type: 'number' },
  { name: 'prefixBlocks', type: 'numbers' },
  { name: 'requestType', type: 'text' },
];

export const qwenBailian: ImportFormat = {
  name: 'qwen-bailian',
  title: 'Qwen-Bailian (Alibaba)',
  rows: 'json',
  names: NAMES,
  expects: 'JSON objects with chat_id, parent_chat_id, timestamp, input_length, output_length',
  times: '`timestamp`, s from the start',
  traps:
    'a chat names its parent, -1 where it has none: `session` is the first chat of the row of parents; blocks are of 16 tokens',
  calendar: false,
  recognises: (head) => hasColumns(head, ['chat_id', 'parent_chat_id', 'timestamp']),
  open: (header) => ({
    columns: COLUMNS,
    used: NAMES,
    notes: [],
    start(intake) {
      const [chat, parent, time, input, output, type, turn, blocks] = NAMES.map((name) =>
        header.indexOf(name),
      ) as unknown as Positions;
      const rootOf = new Map<string, string>();
      return (row) => {
        if (!row.time(time, 's', intake.stamp)) {
          badTime(intake, row, time, 'timestamp');
          return;
        }
        const id = row.text(chat) ?? '';
        const before = row.text(parent) ?? '-1';
        const root = before === '-1' ? id : (rootOf.get(before) ?? before);
        rootOf.set(id, root);
        intake.text(0, root);
        for (const [column, at] of [turn, input, output].entries()) intake.number(column + 1, row.number(at));
        intake.list(4, row.numbers(blocks));
        intake.text(5, row.text(type));
        intake.arrival(row.place);
      };
    },
  }),
};

type Positions = readonly [number, number, number, number, number, number, number, number];
