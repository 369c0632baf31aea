import { resolve } from 'node:path';
import { cacheFolder } from '../host/cache-folder.js';
import { cpuBudget } from '../host/cpu-budget.js';
import { isUserError, messageOf, UserError } from '../errors.js';
import type { Payload } from '../trace.js';
import type { BackendPlugin, SetUp, SetUpResult } from './backend.js';
import { checkJoinable } from './onnx/feed-table.js';
import { decodePayloads } from './onnx/decode-payload.js';
import { defaultPayload, type Feed } from './onnx/fill-inputs.js';
import { locateModel } from './onnx/locate-model.js';
import { modelIdentity } from './onnx/model-identity.js';
import type { ModelInput } from './onnx/model-input.js';
import { openThread } from './onnx/open-thread.js';
import { payloadNotes } from './onnx/payload-notes.js';
import { serveFromPool } from './onnx/serve-from-pool.js';
import { parseOptions, wholeNumberWithin, yesOrNo } from './shared/parse-options.js';

interface Options {
  /** A name of `SYNTHETIC_MODELS`, or a path. */
  readonly model: string;
  readonly sessions: number;
  readonly intraOpThreads: number;
  /** For free dimensions that are neither batch nor image side. */
  readonly sequenceLength: number;
  /** Where synthetic models are kept; absent: the user's cache folder. */
  readonly cache?: string;
  readonly warm: boolean;
  /** Added by `setUp`. */
  readonly loaded?: { readonly modelPath: string; readonly inputs: readonly ModelInput[] };
}

const MOST_SESSIONS = 256;

/**
 * A model in this process, on ONNX Runtime. A run blocks its thread, so each session lives in a thread of its own, and
 * requests wait for one in a single queue, first come first served.
 */
const plugin: BackendPlugin<Options> = {
  name: 'onnx',
  summary: 'a model in this process, on ONNX Runtime (the default)',
  waits: 'on-the-world',
  // There is no connection: what is handed over is sent.
  knowsSent: true,
  packages: ['onnxruntime-node'],
  publicOptions: ['model', 'sessions', 'intra-op-threads', 'sequence-length', 'warm'],
  options: [
    {
      name: 'model',
      value: 'mobilenet|albert|FILE.onnx',
      summary: 'the model (default mobilenet, with synthetic weights)',
    },
    { name: 'sessions', value: 'N', summary: 'session threads (default: the CPUs less one)' },
    { name: 'intra-op-threads', value: 'N', summary: 'threads inside one session (default 1)' },
    {
      name: 'sequence-length',
      value: 'N',
      summary: 'for free dimensions that are neither batch nor image side (default 32)',
    },
    { name: 'cache', value: 'FOLDER', summary: 'where synthetic models are kept' },
    { name: 'warm', value: 'true|false', summary: 'whether each session runs once before the start (default true)' },
  ],
  parseOptions(raw) {
    const given = parseOptions('onnx', raw, {
      model: someText,
      sessions: wholeNumberWithin(1, MOST_SESSIONS),
      'intra-op-threads': wholeNumberWithin(1, MOST_SESSIONS),
      'sequence-length': wholeNumberWithin(1, 1e6),
      cache: someText,
      warm: yesOrNo,
    });
    return {
      model: given.model ?? 'mobilenet',
      // One CPU is left to the thread that keeps the schedule.
      sessions: given.sessions ?? Math.min(Math.max(1, Math.floor(cpuBudget()) - 1), MOST_SESSIONS),
      intraOpThreads: given['intra-op-threads'] ?? 1,
      sequenceLength: given['sequence-length'] ?? 32,
      ...(given.cache === undefined ? {} : { cache: given.cache }),
      warm: given.warm ?? true,
    };
  },
  batches: () => true,
  maxWorkers: () => 1,
  ownCpus: ({ sessions, intraOpThreads }) => sessions * intraOpThreads,
  setUp,
  create(options, context) {
    if (options.loaded === undefined) throw new Error('setUp must come before create');
    return serveFromPool({ ...options, ...options.loaded }, context);
  },
};

export default plugin;

function someText(text: string): string {
  if (text.trim() === '') throw new Error('give a name or a path');
  return text;
}

/** Makes or finds the model, loads it once to learn what it takes, and checks every payload against that. */
async function setUp(
  options: Options,
  { payloads, progress, env, signal, batchSize }: SetUp,
): Promise<SetUpResult<Options>> {
  const folder = resolve(options.cache ?? cacheFolder(env));
  const { path: modelPath, synthetic } = locateModel(options.model, folder, progress);
  const inputs = await learnInputs(modelPath, options.intraOpThreads, signal);
  const made = payloadFor(inputs, options.sequenceLength);
  const used = payloads.length > 0 ? payloads : [made];
  checkPayloads(used, inputs, options.sequenceLength, batchSize !== undefined);
  return {
    options: { ...options, loaded: { modelPath, inputs } },
    ...(payloads.length > 0 ? {} : { payloads: used }),
    served: modelIdentity(modelPath, inputs),
    notes: [
      ...(synthetic
        ? [
            `The weights of the model ${options.model} are synthetic: its answers mean nothing, its cost is that of the real one.`,
          ]
        : []),
      ...payloadNotes(payloads, made, { inputs, sequenceLength: options.sequenceLength }),
    ],
  };
}

async function learnInputs(
  modelPath: string,
  intraOpThreads: number,
  signal: AbortSignal,
): Promise<readonly ModelInput[]> {
  const thread = await openThread({ modelPath, intraOpThreads, feeds: [] }, signal);
  await thread.close();
  return thread.inputs;
}

function payloadFor(inputs: readonly ModelInput[], sequenceLength: number): Payload {
  return { kind: 'tensor', tensor: defaultPayload(inputs, sequenceLength) };
}

function checkPayloads(
  payloads: readonly Payload[],
  inputs: readonly ModelInput[],
  sequenceLength: number,
  batched: boolean,
): void {
  const feeds = decodePayloads(payloads, { inputs, sequenceLength });
  if (batched) checkBatches(inputs, feeds);
  // Only the check counts here; the thread that dispatches decodes them for itself.
  while (feeds.next().done !== true);
}

function checkBatches(inputs: readonly ModelInput[], feeds: Iterable<Feed>): void {
  try {
    checkJoinable(inputs, feeds);
  } catch (thrown) {
    if (isUserError(thrown)) throw thrown;
    throw new UserError(`backend onnx: payloads do not go in batches: ${messageOf(thrown)}`);
  }
}
