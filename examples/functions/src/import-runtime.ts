import type { ModelRuntime } from './model-runtime.js';

export const RUNTIMES = ['ort', 'tfjs-wasm'] as const;
export type RuntimeName = (typeof RUNTIMES)[number];

/** Loads the library and gets it ready: the second stage of a cold start. */
export async function importRuntime(name: RuntimeName, threads: number): Promise<ModelRuntime> {
  if (name === 'ort') return (await import('./ort-runtime.js')).ortRuntime(threads);
  return (await import('./tfjs-runtime.js')).tfjsRuntime();
}
