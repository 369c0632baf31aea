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
}

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
    return { bytes: statSync(path).size, loadMs, oneThreadMs, allThreadsMs, threads };
  } catch (thrown) {
    throw new UserError(`--model ${printable(model, 120)}: ONNX Runtime cannot run it: ${messageOf(thrown)}`);
  }
}

function feedOf({ inputs }: Session): Feed {
  const payload = defaultPayload(inputs, SEQUENCE_LENGTH);
  const [first] = inputs;
  return fillInputs(inputs, new Map(first === undefined ? [] : [[first.name, seededTensor(payload)]]), SEQUENCE_LENGTH);
}

async function timesOf(session: Session, feed: Feed): Promise<readonly number[]> {
  for (let i = 0; i < WARM_RUNS; i++) await session.run(feed);
  const times: number[] = [];
  const until = performance.now() + LONGEST_MS;
  while (times.length < LEAST_RUNS || (times.length < MOST_RUNS && performance.now() < until)) {
    const began = performance.now();
    await session.run(feed);
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b);
}
