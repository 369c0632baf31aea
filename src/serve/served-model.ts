import type { ModelInput } from '../backends/onnx/model-input.js';
import { printable } from '../errors.js';
import { ServingError } from './serving-error.js';

/** A tensor a model takes or gives; what it gives can be described the same way. */
export type TensorInfo = ModelInput;

/** What callers can ask for: one model, one version, one signature. */
export interface ServedModel {
  readonly name: string;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

export const MODEL_VERSION = '1';
export const SIGNATURE = 'serving_default';

/** The names of the methods, under which exported TensorFlow models keep a signature for each. */
const METHOD_NAMES = ['predict', 'classify', 'regress'].map((method) => `tensorflow/serving/${method}`);

/** Whom a request is for; what it leaves out is ''. */
export interface ModelSpec {
  readonly name: string;
  readonly version: string;
  readonly label: string;
  readonly signature: string;
}

/** Throws `ServingError` unless the request is for this model, version and signature. */
export function checkModelSpec(model: ServedModel, { name, version, label, signature }: ModelSpec): void {
  if (name === '') throw new ServingError('INVALID_ARGUMENT', 'Missing ModelSpec');
  if (label !== '')
    throw new ServingError('INVALID_ARGUMENT', `Unrecognized servable version label: ${printable(label, 60)}`);
  if (name !== model.name || (version !== '' && version !== MODEL_VERSION)) {
    const wanted = version === '' ? `Latest(${name})` : `Specific(${name}, ${version})`;
    throw new ServingError('NOT_FOUND', `Servable not found for request: ${printable(wanted, 200)}`);
  }
  if (signature !== '' && signature !== SIGNATURE && !METHOD_NAMES.includes(signature))
    throw new ServingError('INVALID_ARGUMENT', `Serving signature key "${printable(signature, 100)}" not found.`);
}
