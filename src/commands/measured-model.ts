import { cacheFolder } from '../host/cache-folder.js';
import type { MeasuredModel } from '../predict/carry-model.js';
import { marginalOf } from '../predict/batch-marginal.js';
import { quantile } from '../predict/spread.js';
import { formatDuration } from '../report/format-duration.js';

/** Times a model on this machine. Throws `UserError` where it cannot be run. */
export async function measuredModel(model: string, name: string, say: (text: string) => void): Promise<MeasuredModel> {
  const { timeModel } = await import('../backends/onnx/time-model.js');
  const { bytes, loadMs, oneThreadMs, allThreadsMs, threads, batches } = await timeModel(
    model,
    cacheFolder(process.env),
    say,
  );
  const [one, all] = [quantile(oneThreadMs, 0.5), quantile(allThreadsMs, 0.5)];
  const batchMarginal = marginalOf(one, batches);
  say(
    `${name}: ${formatDuration(one)} with one thread, ${formatDuration(all)} with ${String(threads)} (medians on this machine)${batchMarginal === undefined ? '; it takes no batch' : `; each further request of a batch takes ${String(Math.round(batchMarginal * 100))} % of the first`}`,
  );
  const marginal = batchMarginal === undefined ? {} : { batchMarginal };
  return { name, bytes, loadMs, oneThreadMs: one, allThreadsMs: all, threads, ...marginal };
}
