import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describeInput, type ModelInput } from './model-input.js';

const PIECE_BYTES = 2 ** 20;

/**
 * What distinguishes a model from another that has its name: the content of its file, and of files beside it that begin with its
 * name, where exporters put large weights (`model.onnx.data`).
 */
export function modelIdentity(path: string, inputs: readonly ModelInput[]): Readonly<Record<string, string | number>> {
  const hash = createHash('sha256');
  const bytes = partsOf(path).reduce((sum, part) => sum + addFile(hash, part), 0);
  return {
    'model sha256': hash.digest('hex'),
    'model bytes': bytes,
    'model inputs': inputs.map(describeInput).join('; '),
  };
}

function partsOf(path: string): string[] {
  const folder = dirname(path);
  const beside = readdirSync(folder).filter((name) => name.startsWith(basename(path)) && name !== basename(path));
  return [path, ...beside.sort().map((name) => join(folder, name))].filter((part) => statSync(part).isFile());
}

function addFile(hash: Hash, path: string): number {
  const piece = Buffer.alloc(PIECE_BYTES);
  const file = openSync(path, 'r');
  try {
    let bytes = 0;
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      hash.update(piece.subarray(0, read));
      bytes += read;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}
