import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { messageOf, printable, UserError } from '../../errors.js';
import { nearest } from '../../text/nearest.js';
import { SYNTHETIC_MODELS, syntheticModel, type SyntheticModel } from './synthetic-model.js';

export interface LocatedModel {
  readonly path: string;
  /** Its weights are made up. */
  readonly synthetic: boolean;
}

/** The file of a model: a name of `SYNTHETIC_MODELS`, made in `folder` when it is not there yet, or a path. Throws `UserError`. */
export function locateModel(model: string, folder: string, progress: (text: string) => void): LocatedModel {
  if (isSynthetic(model)) return { path: syntheticModel(model, folder, progress), synthetic: true };
  return { path: existingFile(model), synthetic: false };
}

function isSynthetic(model: string): model is SyntheticModel {
  return Object.hasOwn(SYNTHETIC_MODELS, model);
}

function existingFile(model: string): string {
  const path = resolve(model);
  let why = 'it is no regular file';
  try {
    if (statSync(path).isFile()) return path;
  } catch (thrown) {
    why = messageOf(thrown);
  }
  const near = nearest(basename(model), Object.keys(SYNTHETIC_MODELS));
  const hint =
    near === undefined
      ? `give the path of an .onnx file, or ${Object.keys(SYNTHETIC_MODELS).join(' or ')}`
      : `did you mean ${near}?`;
  throw new UserError(`backend onnx: cannot read the model ${printable(model, 120)} (${why}); ${hint}`);
}
