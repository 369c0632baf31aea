import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, printable, UserError } from '../../errors.js';
import { makeFolders } from '../../host/make-folders.js';
import { writeWholeFileSync } from '../../host/whole-file.js';
import { makeAlbert } from './make-albert.js';
import { makeMobilenet } from './make-mobilenet.js';

/** The models that can be made here. A file that is not exactly this is made again. */
export const SYNTHETIC_MODELS = {
  mobilenet: {
    fileName: 'mobilenet-v1-1.0-224.onnx',
    bytes: 16_893_340,
    sha256: 'ee4ad377ae7ab1ba1af482410e1da76577742fdd46a7aba70193b8df8057537f',
    make: makeMobilenet,
  },
  albert: {
    fileName: 'albert-base.onnx',
    bytes: 46_752_503,
    sha256: '7ff5c51c2d8492116dc3f841da61120a1b5564fc56822dab65da609f55ab19ee',
    make: makeAlbert,
  },
} as const;
export type SyntheticModel = keyof typeof SYNTHETIC_MODELS;

/**
 * The path of a synthetic model in `folder`, made when it is not there yet (about half a second). Several makers at
 * once do no harm: each writes a file of its own and puts it in place in one step. Throws `UserError` where it cannot write.
 */
export function syntheticModel(name: SyntheticModel, folder: string, progress: (text: string) => void): string {
  const model = SYNTHETIC_MODELS[name];
  const path = join(folder, model.fileName);
  if (isWhole(path, model)) return path;
  progress(
    `making the ${name} model (${(model.bytes / 1e6).toFixed(1)} MB of synthetic weights) in ${printable(folder)}`,
  );
  try {
    makeFolders(folder);
    writeWholeFileSync(path, model.make());
  } catch (thrown) {
    throw new UserError(
      `backend onnx: cannot write the model: ${messageOf(thrown)}; name another folder with --set cache=FOLDER`,
    );
  }
  return path;
}

function isWhole(path: string, { bytes, sha256 }: { readonly bytes: number; readonly sha256: string }): boolean {
  try {
    const { size } = statSync(path);
    return size === bytes && createHash('sha256').update(readFileSync(path)).digest('hex') === sha256;
  } catch {
    return false;
  }
}
