import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { messageOf, printable, UserError } from '../../errors.js';
import { defaultPayload, fillInputs, type Feed } from './fill-inputs.js';
import { locateModel } from './locate-model.js';
import { openSession, type Session } from './session.js';
import { seededTensor } from '../tensors/seeded-tensor.js';

/** How fast a model is on this machine, without a queue. */
export interface TimedModel {
  /** Of its file. */
  readonly bytes: number;
  readonly loadMs: number;
  /** Ms a run with one thread, ascending. */
  readonly oneThreadMs: readonly number[];
  /** With all CPUs of this machine in one run, ascending. */
  readonly allThreadsMs: readonly number[];
  readonly threads: number;
  /** Runs of a batch with one thread, ms, ascending; empty where the model takes no batch. */
  readonly batches: readonly { readonly size: number; readonly ms: readonly number[] }[];
}

const BATCH_SIZES = [2, 4, 8] as const;
/** Of all runs of one batch size. */
const BATCH_LONGEST_MS = 1000;

const WARM_RUNS = 3;
const LEAST_RUNS = 5;
const MOST_RUNS = 50;
const LONGEST_MS = 2000;
const SEQUENCE_LENGTH = 32;

/** Runs a model here, alone, for a few seconds. Throws `UserError` where it cannot be run. */
export async function timeModel(model: string, cache: string, say: (text: string) => void): Promise<TimedModel> {
  const { path } = locateModel(model, cache, say);
  const threads = availableParallelism();
  try {
    const began = performance.now();
    const one = await openSession(path, 1);
    const loadMs = performance.now() - began;
    const feed = feedOf(one);
    const oneThreadMs = await timesOf(one, feed);
    const allThreadsMs = threads === 1 ? oneThreadMs : await timesOf(await openSession(path, threads), feed);
    return { bytes: statSync(path).size, loadMs, oneThreadMs, allThreadsMs, threads, batches: await batchTimes(one) };
  } catch (thrown) {
    throw new UserError(`--model ${printable(model, 120)}: ONNX Runtime cannot run it: ${messageOf(thrown)}`);
  }
}

/** Only a model whose first axis is free takes a batch. */
async function batchTimes(session: Session): Promise<TimedModel['batches']> {
  if (session.inputs.length === 0 || session.inputs.some(({ shape }) => typeof shape[0] !== 'string')) return [];
  const batches: { size: number; ms: readonly number[] }[] = [];
  for (const size of BATCH_SIZES)
    batches.push({ size, ms: await timesOf(session, feedOf(session, size), BATCH_LONGEST_MS) });
  return batches;
}

function feedOf({ inputs }: Session, batch?: number): Feed {
  const single = defaultPayload(inputs, SEQUENCE_LENGTH);
  const payload = batch === undefined ? single : { ...single, shape: [batch, ...single.shape.slice(1)] };
  const [first] = inputs;
  return fillInputs(inputs, new Map(first === undefined ? [] : [[first.name, seededTensor(payload)]]), SEQUENCE_LENGTH);
}

async function timesOf(session: Session, feed: Feed, longestMs = LONGEST_MS): Promise<readonly number[]> {
  for (let i = 0; i < WARM_RUNS; i++) await session.run(feed);
  const times: number[] = [];
  const until = performance.now() + longestMs;
  while (times.length < LEAST_RUNS || (times.length < MOST_RUNS && performance.now() < until)) {
    const began = performance.now();
    await session.run(feed);
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b);
}
