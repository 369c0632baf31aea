import { Flags, type Interfaces } from '@oclif/core';
import { parseDurationMs } from '../text/quantities.js';
import { ARRIVAL_FLAGS } from './arrival-flags.js';
import { BATCH_FLAGS } from './batch-flags.js';
import { COLLECT_FLAGS } from './collect-flags.js';
import { CONNECT_FLAGS } from './connect-flags.js';
import { CONFIG_FLAG } from './config-flags.js';
import { COST_FLAGS, parseBudget } from './cost-flags.js';
import { ABORT_FLAGS, GATE_FLAGS } from './gate-flags.js';
import { METRICS_FLAGS } from './live-metrics.js';
import { OUTPUT_FLAGS } from './output-flags.js';
import { parseTimeoutMs } from './parse-timeout.js';
import { REPEAT_FLAGS } from './repeat-flags.js';
import { TAG_FLAG } from './tag-flag.js';
import { textFlag, wholeNumber } from './text-flag.js';

/** What `replay run` takes. */
export const RUN_FLAGS = {
  backend: Flags.string({
    description:
      'a name of `replay backends`, a path to a plugin, or a package; http with --url, else onnx unless given',
  }),
  set: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    description: 'an option of the backend, key=value; repeatable',
  }),
  url: Flags.string({ description: 'the service: short for --set url=, and for --backend http unless one is given' }),
  model: Flags.string({ description: 'short for --set model=' }),
  sessions: Flags.string({ description: 'short for --set sessions=' }),
  header: Flags.string({
    char: 'H',
    multiple: true,
    multipleNonGreedy: true,
    description: 'a header, "name: value"; {seq}, {run}, {uuid} and {COLUMN} of the trace are filled in; repeatable',
  }),
  method: Flags.string({ description: 'short for --set method=' }),
  expect: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    description:
      'what a success is: 200, status:200-299, body~TEXT, body!~TEXT, body (not empty), json:.FIELD=VALUE; repeatable, all hold together; a complete 2xx unless given',
  }),
  insecure: Flags.boolean({ char: 'k', description: 'do not verify TLS certificates' }),
  http2: Flags.boolean({
    description: 'HTTP/2 where the service agrees, else HTTP/1.1: short for --set http2=true',
  }),
  ...CONNECT_FLAGS,
  body: Flags.string({
    char: 'b',
    description:
      'the body of every request, sent as JSON when it is JSON; {seq}, {run}, {uuid} and {COLUMN} of the trace are filled in, {{seq}} is the text {seq}; @FILE reads it from a file',
  }),
  payload: Flags.string({
    description: 'payloads in place of the trace’s: a file, a folder, or a .jsonl with a JSON body a line',
  }),
  targets: Flags.string({
    description:
      'a mix of requests in place of the trace’s payloads: a file with one as JSON a line (method, path, headers, json, ...), or targets of vegeta',
  }),
  'payload-by': Flags.string({
    description:
      'choose the payload of each request by this column of the trace: the one with that label (of numbers: the nearest), or else equal values the same',
  }),
  'keep-column': Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    description: 'keep this column of the trace in the run folder, for replay export; repeatable',
  }),
  ...ARRIVAL_FLAGS,
  time: Flags.string({
    options: ['real', 'virtual'],
    default: 'real',
    description: 'virtual: simulated time, for backends that wait on the clock',
  }),
  workers: textFlag(
    'workers',
    wholeNumber(1, 256),
  )({ char: 'w', description: 'threads that send; as many as the rate needs unless given' }),
  pacing: Flags.string({
    options: ['exact', 'economic', 'auto'],
    default: 'auto',
    description: 'exact spins to be late by microseconds, economic sleeps; auto: by the CPUs that are free',
  }),
  connections: textFlag(
    'connections',
    wholeNumber(1, 60000),
  )({ char: 'c', description: 'open exactly N connections before the start, and no more' }),
  'max-in-flight': textFlag(
    'max-in-flight',
    wholeNumber(1, 1_000_000),
  )({
    aliases: ['max-concurrency'],
    description: 'more open requests than this are shed; 10000 unless given',
  }),
  timeout: textFlag(
    'timeout',
    parseTimeoutMs,
  )({ default: 30_000, defaultHelp: '30s', description: 'for a complete answer, from the hand-over; at most 2h' }),
  warmup: textFlag(
    'warmup',
    parseDurationMs,
  )({ default: 0, description: 'requests due before this are sent and counted, but left out of latency' }),
  'max-lateness': textFlag(
    'max-lateness',
    parseDurationMs,
  )({
    default: 10,
    defaultHelp: '10ms',
    aliases: ['max-lag'],
    description: 'a p99 lateness above this makes the run INVALID',
  }),
  ...BATCH_FLAGS,
  ...COST_FLAGS,
  ...REPEAT_FLAGS,
  ...COLLECT_FLAGS,
  budget: textFlag(
    'budget',
    parseBudget,
  )({ description: 'stop sending before this can be passed, such as 5usd (exit 105)' }),
  ...GATE_FLAGS,
  ...ABORT_FLAGS,
  ...METRICS_FLAGS,
  out: Flags.string({
    char: 'o',
    aliases: ['output'],
    description: 'folder for the run, new or empty; runs/<time>-<trace>-<backend> unless given',
  }),
  ...OUTPUT_FLAGS,
  ...TAG_FLAG,
  'dry-run': Flags.boolean({ description: 'no run: what `replay check` does, with at most one request' }),
  html: Flags.boolean({ default: true, allowNo: true, description: 'write report.html, the page with the plots' }),
  quiet: Flags.boolean({ char: 'q', description: 'nothing on standard error but warnings and errors' }),
  ...CONFIG_FLAG,
};

/** As they are once the backend is known. */
export type RunFlags = Interfaces.InferredFlags<typeof RUN_FLAGS> & { readonly backend: string };
