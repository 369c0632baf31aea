import { eventFormat } from '../event-format.js';

const TOKENS = [
  { from: 'ContextTokens', as: 'inputTokens', type: 'number' },
  { from: 'GeneratedTokens', as: 'outputTokens', type: 'number' },
] as const;

/** 2023 (code, conversation) and 2024 (a week). */
export const azureLlm = eventFormat({
  name: 'azure-llm',
  title: 'Azure LLM inference 2023 or 2024',
  rows: 'table',
  must: ['TIMESTAMP', 'ContextTokens', 'GeneratedTokens'],
  mustNot: ['NumImages'],
  time: 'TIMESTAMP',
  unit: 'date',
  columns: TOKENS,
  times: '`TIMESTAMP`, no zone, 7 decimals',
  traps: 'the read-me of 2023 says 11 November, the data say 16 November',
});

export const azureLmm = eventFormat({
  name: 'azure-lmm-2025',
  title: 'Azure multimodal inference 2025',
  rows: 'table',
  must: ['TIMESTAMP', 'NumImages', 'ContextTokens', 'GeneratedTokens'],
  time: 'TIMESTAMP',
  unit: 'date',
  columns: [...TOKENS, { from: 'NumImages', as: 'images', type: 'number' }],
  times: '`TIMESTAMP`, no zone',
});
