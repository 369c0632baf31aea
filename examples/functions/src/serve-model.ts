/** Since the process began: the runtime has booted and come to our first line. */
const containerMs = performance.now();

import { resolve } from 'node:path';
import { downloadAside } from './download-aside.js';
import { importRuntime } from './import-runtime.js';
import { feedsOf, predictionsOf } from './instances.js';
import type { LoadedModel } from './model-runtime.js';
import { fetchModel } from './model-source.js';
import { readSettings, type Settings } from './settings.js';

/**
 * The five stages of a cold start (Wu et al., "Serverless Model Serving for Data Science"), ms. Each counts from the end of
 * the one before it, so that they add up, also where two of them overlap: of a download beside the import, what was left of
 * it when the import was over. The first can be seen from inside only from the start of the process on.
 */
export interface Stages {
  readonly containerMs: number;
  readonly importMs: number;
  readonly downloadMs: number;
  readonly loadMs: number;
  readonly firstInferenceMs: number;
}

export interface Served {
  readonly predictions: readonly unknown[];
  /** In the handler. */
  readonly durationMs: number;
  /** CPU time of this process meanwhile, all threads; where requests overlap it is that of all. */
  readonly cpuMs: number;
  readonly memoryMb: number | undefined;
  /** Of the invocation that opened the environment; null for all others. */
  readonly stages: Stages | null;
}

/** The model, loaded once for each environment, by its first invocation. */
let opening: Promise<LoadedModel> | undefined;

/** Answers `{"instances": [...]}`. Throws a `BadRequest`, or an Error when the model cannot be had. */
export async function serveModel(body: unknown): Promise<Served> {
  const startedMs = performance.now();
  const startedCpu = process.cpuUsage();
  const settings = readSettings(process.env, resolve(__dirname, '..'));
  const isFirst = opening === undefined;
  const stages: Partial<Mutable<Stages>> = { containerMs };
  opening ??= open(settings, stages);
  const model = await opening.catch((thrown: unknown) => {
    // The next invocation tries again.
    opening = undefined;
    throw thrown;
  });
  const feeds = feedsOf(body, model.inputs);
  const askedMs = performance.now();
  const predictions = predictionsOf(await model.run(feeds));
  const doneMs = performance.now();
  stages.firstInferenceMs = doneMs - askedMs;
  const { user, system } = process.cpuUsage(startedCpu);
  return {
    predictions,
    durationMs: doneMs - startedMs,
    cpuMs: (user + system) / 1000,
    memoryMb: settings.memoryMb,
    stages: isFirst ? (stages as Stages) : null,
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

async function open(settings: Settings, stages: Partial<Mutable<Stages>>): Promise<LoadedModel> {
  const lap = stopwatch();
  const { source, variant, sliceBytes } = settings;
  const ahead =
    variant === 'sequential' ? undefined : downloadAside(source, variant === 'parallel-2' ? sliceBytes : null);
  // Heard of when it is awaited.
  ahead?.catch(() => undefined);
  const runtime = await importRuntime(settings.runtime, settings.threads);
  stages.importMs = lap();
  const bytes = await (ahead ?? fetchModel(source));
  stages.downloadMs = lap();
  const model = await runtime.load(bytes);
  stages.loadMs = lap();
  return model;
}

/** Ms since the last call. */
function stopwatch(): () => number {
  let lastMs = performance.now();
  return () => {
    const nowMs = performance.now();
    const lapMs = nowMs - lastMs;
    lastMs = nowMs;
    return lapMs;
  };
}
