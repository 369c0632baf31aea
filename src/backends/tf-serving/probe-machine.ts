import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Capacity } from '../backend.js';

const LIMIT_MS = 5000;

/**
 * The machine that serves, and its GPUs where it is this one and `nvidia-smi` reports them: a machine elsewhere cannot be
 * looked into.
 */
export async function probeMachine(host: string, signal: AbortSignal): Promise<readonly Capacity[]> {
  const machine = { kind: 'machines', count: 1 };
  const gpus = isHere(host) ? await countGpus(signal) : 0;
  return gpus === 0 ? [machine] : [machine, { kind: 'gpus', count: gpus }];
}

function isHere(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.');
}

async function countGpus(signal: AbortSignal): Promise<number> {
  const query = ['--query-gpu=name', '--format=csv,noheader'];
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', query, { timeout: LIMIT_MS, signal });
    return stdout.split('\n').filter((line) => line.trim() !== '').length;
  } catch {
    // Not installed, or no driver: no GPU that could be used.
    return 0;
  }
}
