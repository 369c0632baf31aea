import { LATEST_PRICES } from '../cost-terms.js';
import { OptionError } from '../errors.js';
import { parseDurationMs } from '../text/quantities.js';
import { SIMULATED_USAGE } from '../systems/usage-of.js';
import type { BackendPlugin, RawOptions } from './backend.js';
import { loadSystem, type LoadedSystem, type SystemOptions } from './simulated/load-system.js';
import { serveQueue, type QueueOptions } from './simulated/serve-queue.js';
import { serveSystem } from './simulated/serve-system.js';
import { numberWithin, oneOf, parseOptions, wholeNumberWithin } from './shared/parse-options.js';

type Options = QueueOptions | SystemOptions;

/** A plain queue, or a whole simulated system with instances, cold starts and a bill. */
const plugin: BackendPlugin<Options> = {
  name: 'simulated',
  summary: 'a model of a service: a queue, or a serving system (--set system=NAME); also in virtual time',
  waits: 'by-callback',
  knowsSent: true,
  publicOptions: [
    ...['servers', 'service', 'per-item', 'law', 'cv', 'queue-limit', 'failure-ratio'],
    ...['system', 'model', 'runtime', 'values', 'warm', 'after', 'gap'],
  ],
  options: [
    { name: 'system', value: 'NAME|FILE.yaml', summary: 'a serving system, see replay system list; else a queue' },
    { name: 'model', value: 'NAME', summary: 'system: what it serves, such as mobilenet or albert' },
    { name: 'runtime', value: 'NAME', summary: 'system: with what, such as ort or tf' },
    {
      name: 'values',
      value: 'PATH=VALUE,...',
      summary: 'system: other values, such as pool.idleLifetime=300s,memory=1024',
    },
    { name: 'warm', value: 'N', summary: 'system: idle instances at the start (default: as its file says)' },
    { name: 'after', value: 'TRACE', summary: 'system: start in the state that this trace leaves behind' },
    { name: 'gap', value: 'DURATION', summary: 'system: pause between that trace and this run (default 0)' },
    { name: 'servers', value: 'N', summary: 'queue: how many serve at once; unlimited unless given' },
    { name: 'service', value: 'DURATION', summary: 'queue: mean service time (default 20ms)' },
    { name: 'per-item', value: 'DURATION', summary: 'queue: added for each request of a batch (default 0)' },
    { name: 'law', value: 'constant|exponential|lognormal', summary: 'queue: of the service time (default constant)' },
    { name: 'cv', value: 'NUMBER', summary: 'queue: lognormal: standard deviation over mean (default 1)' },
    {
      name: 'queue-limit',
      value: 'N',
      summary: 'queue: a request that finds N waiting is throttled; unlimited unless given',
    },
    { name: 'failure-ratio', value: '0..1', summary: 'queue: share of the requests that fail (default 0)' },
  ],
  parseOptions: (raw) => ('system' in raw ? systemOptions(raw) : queueOptions(raw)),
  payloadRequests: true,
  batches: () => true,
  // Threads would each have a state of their own.
  maxWorkers: (options) => ('servers' in options && options.servers === Infinity ? Infinity : 1),
  billing: (options) => ('servers' in options ? null : loadedOf(options).system.meter.billing),
  columns: (options) => ('servers' in options ? [] : SIMULATED_USAGE),
  prices: (options) => ('servers' in options ? LATEST_PRICES : loadedOf(options).system.meter.sheet),
  setUp: async (options) => ('servers' in options ? { options } : loadSystem(options)),
  create: (options, context) =>
    'servers' in options ? serveQueue(options, context) : serveSystem(loadedOf(options), context),
};

export default plugin;

function loadedOf({ loaded }: SystemOptions): LoadedSystem {
  if (loaded === undefined) throw new Error('the system is not loaded: setUp comes first');
  return loaded;
}

const QUEUE_READERS = {
  servers: wholeNumberWithin(1, 1e6),
  service: parseDurationMs,
  'per-item': parseDurationMs,
  law: oneOf('constant', 'exponential', 'lognormal'),
  cv: numberWithin(0, 100),
  'queue-limit': wholeNumberWithin(0, 1e9),
  'failure-ratio': numberWithin(0, 1),
};

const SYSTEM_READERS = {
  system: text,
  model: text,
  runtime: text,
  values: valuesByPath,
  warm: wholeNumberWithin(0, 1e5),
  after: traceFile,
  gap: parseDurationMs,
};

function text(given: string): string {
  if (given.trim() === '') throw new Error('give a name');
  return given;
}

function valuesByPath(given: string): Readonly<Record<string, string>> {
  const pairs = given.split(',').map((pair) => {
    const [, path = '', value = ''] = /^\s*([A-Za-z][\w.]*)\s*=\s*(\S.*?)\s*$/.exec(pair) ?? [];
    if (path === '') throw new Error('give PATH=VALUE, several joined by commas, such as pool.idleLifetime=300s');
    return [path, value] as const;
  });
  return Object.fromEntries(pairs);
}

function traceFile(given: string): string {
  if (given === '-') throw new Error('give a file: standard input is for the trace of the run');
  return text(given);
}

function queueOptions(raw: RawOptions): QueueOptions {
  const mixed = Object.keys(raw).find((name) => name in SYSTEM_READERS);
  if (mixed !== undefined)
    throw new OptionError('simulated', mixed, 'needs a system: give --set system=NAME', `--set ${mixed}`);
  const given = parseOptions('simulated', raw, QUEUE_READERS);
  return {
    servers: given.servers ?? Infinity,
    serviceMs: given.service ?? 20,
    perItemMs: given['per-item'] ?? 0,
    law: given.law ?? 'constant',
    cv: given.cv ?? 1,
    queueLimit: given['queue-limit'] ?? Infinity,
    failureRatio: given['failure-ratio'] ?? 0,
  };
}

function systemOptions(raw: RawOptions): SystemOptions {
  const mixed = Object.keys(raw).find((name) => name in QUEUE_READERS);
  if (mixed !== undefined)
    throw new OptionError('simulated', mixed, 'is of a queue: take it out, or take out system', `--set ${mixed}`);
  const { system = '', gap, ...given } = parseOptions('simulated', raw, SYSTEM_READERS);
  if (given.after !== undefined && given.warm !== undefined)
    throw new OptionError('simulated', 'warm', 'the trace of after says what is warm: give one of them', '--set warm');
  if (gap !== undefined && given.after === undefined)
    throw new OptionError('simulated', 'gap', 'needs the trace of after', '--set gap');
  return { system, gapMs: gap ?? 0, ...given };
}
