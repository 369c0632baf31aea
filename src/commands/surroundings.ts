import type { Progress } from '../progress.js';
import type { Surroundings } from '../replay/replay.js';
import { guardProcess } from './guard-process.js';
import type { LiveProgress } from './live-progress.js';
import { plainFor } from './tell-ci.js';

/** The world of a run at the command line; `show` also gets each progress. */
export function surroundings(
  stop: AbortSignal,
  live: LiveProgress,
  show: (progress: Progress) => void = () => undefined,
): Surroundings {
  return {
    folder: process.cwd(),
    env: process.env,
    date: () => new Date(),
    stop,
    aroundPlugin: guardProcess,
    say: (text) => {
      live.say(plainFor(process.env, text));
    },
    onProgress: (progress) => {
      live.show(progress);
      show(progress);
    },
  };
}
