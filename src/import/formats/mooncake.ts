import { eventFormat } from '../event-format.js';

export const mooncake = eventFormat({
  name: 'mooncake',
  title: 'Mooncake (FAST 25), and the mooncake_trace of AIPerf',
  rows: 'json',
  must: ['timestamp', 'input_length'],
  mustNot: ['chat_id'],
  time: 'timestamp',
  unit: 'ms',
  columns: [
    { from: 'input_length', as: 'inputTokens', type: 'number' },
    { from: 'output_length', as: 'outputTokens', type: 'number' },
    { from: 'hash_ids', as: 'prefixBlocks', type: 'numbers' },
    { from: 'session_id', as: 'session', type: 'text' },
  ],
  times: '`timestamp`, ms from the start',
  traps:
    'blocks are of 512 tokens; the conversation trace has one stamp about every 3 s for 10 requests: `--resolution 3s` spreads them',
});
