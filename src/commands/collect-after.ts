import { isUserError } from '../errors.js';
import type { ReplayResult } from '../replay/replay.js';
import { collectWorld, givenWish } from './collect-flags.js';
import { loadPlugin } from './load-plugin.js';

type CollectingFlags = Parameters<typeof givenWish>[0] & {
  readonly backend: string;
  readonly time: string;
  readonly quiet: boolean;
  readonly html: boolean;
};

/** What is to be done with the result of a run: nothing, or its report again with what the cloud counted. Throws `UserError` before anything is sent. */
export async function collectAfter(
  flags: CollectingFlags,
): Promise<(result: ReplayResult, stop: AbortSignal) => Promise<ReplayResult>> {
  const wish = givenWish(flags);
  if (wish === undefined) return (result) => Promise.resolve(result);
  const { collectCloud, readyToCollect } = await import('../conclude/collect-cloud.js');
  await readyToCollect(await loadPlugin(flags.backend, process.cwd()), flags.time, wish);
  return async (result, stop) => {
    const say = (text: string): void => {
      if (!flags.quiet || text.startsWith('warning')) process.stderr.write(`${text}\n`);
    };
    try {
      const report = await collectCloud(result.folder, result.report, wish, collectWorld(stop, say));
      const { writeReport } = await import('../conclude/write-report.js');
      await writeReport(result.folder, report, flags.html);
      return { ...result, report };
    } catch (thrown) {
      // The run stands as it was measured.
      if (!isUserError(thrown)) throw thrown;
      say(`warning: ${thrown.message}`);
      return result;
    }
  };
}
