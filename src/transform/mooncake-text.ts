import { UserError } from '../errors.js';
import { valueAt } from '../trace-file/read-rows.js';
import type { Traffic } from './traffic.js';

/** JSON lines of Mooncake, which AIPerf replays (`--custom-dataset-type mooncake_trace`): whole ms, tokens, blocks, sessions. */
export function* mooncakeText(traffic: Traffic): Generator<string> {
  const at = Object.fromEntries(
    KEYS.map(([name]) => [name, traffic.columns.findIndex((column) => column.name === name)]),
  );
  if ((at['inputTokens'] ?? -1) < 0)
    throw new UserError('--to mooncake: the trace has no column inputTokens, and that format needs it');
  for (const { keys, columns } of traffic.chunks()) {
    let text = '';
    for (let row = 0; row < keys.length; row++) {
      const line: Record<string, unknown> = { timestamp: Math.round(keys[row] as number) };
      for (const [name, key] of KEYS) {
        const values = columns[at[name] ?? -1];
        const value = values === undefined ? undefined : valueAt(values, row);
        if (value !== undefined) line[key] = value;
      }
      text += `${JSON.stringify(line)}\n`;
    }
    yield text;
  }
}

const KEYS = [
  ['inputTokens', 'input_length'],
  ['outputTokens', 'output_length'],
  ['prefixBlocks', 'hash_ids'],
  ['session', 'session_id'],
] as const;
