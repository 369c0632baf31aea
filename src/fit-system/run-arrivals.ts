import { printable, UserError } from '../errors.js';
import { readSamples } from '../run-folder/read-samples.js';

/** When the requests of a run were due, ms, in their order. Throws `UserError` where the folder holds no run, or no request. */
export async function runArrivals(folder: string): Promise<Float64Array> {
  const due: number[] = [];
  for await (const { rows, dueMs } of readSamples(folder))
    for (let row = 0; row < rows; row++) due.push(dueMs[row] as number);
  if (due.length === 0) throw new UserError(`${printable(folder)} has no request to predict`);
  return Float64Array.from(due).sort();
}
