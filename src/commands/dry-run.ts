import { closeArrivals } from '../trace-file/arrival-store.js';
import type { CheckRequest } from '../check/check.js';
import type { CheckStep } from '../check/check-step.js';
import { EXIT } from '../errors.js';
import { hideSecrets } from '../secrets/hide-secrets.js';
import type { ReplayRequest } from '../replay/replay.js';
import { secretParts } from '../secrets/secret-parts.js';
import { guardProcess } from './guard-process.js';
import { openTrace } from './open-trace.js';
import type { RunFlags } from './run-flags.js';
import { runRequest } from './run-request.js';

/** Tries a backend, and reports each step as it is over, or all as JSON. Resolves with the exit code. */
export async function dryRun(
  request: CheckRequest & Pick<ReplayRequest, 'secrets'>,
  json: boolean,
  say: (text: string) => void,
): Promise<number> {
  const { check } = await import('../check/check.js');
  const { checkText } = await import('../check/check-text.js');
  const hide = hideSecrets((request.secrets ?? []).flatMap(secretParts));
  const never = new AbortController().signal;
  const steps = await guardProcess(request.backend, never, async (stop, print) => {
    const tried = await check(request, {
      folder: process.cwd(),
      env: process.env,
      say,
      tell: (step) => {
        if (!json) print(hide(checkText(step)));
      },
      stop,
    });
    stop.throwIfAborted();
    return tried;
  });
  const ok = steps.every(({ state }) => state !== 'failed');
  if (json) process.stdout.write(hide(jsonText(ok, steps)));
  return ok ? EXIT.ok : EXIT.userError;
}

/** The dry run of what `replay run` was asked for. */
export async function dryRunOf(
  source: string | undefined,
  flags: RunFlags,
  terms: Parameters<typeof runRequest>[2],
  json: boolean,
  say: (text: string) => void,
): Promise<number> {
  const trace = await openTrace(source, flags);
  try {
    const { batching, ...rest } = runRequest(trace, flags, terms);
    const batches = batching === undefined ? {} : { batching };
    return await dryRun({ ...rest, ...batches, payloads: trace.payloads, sends: true }, json, say);
  } finally {
    closeArrivals(trace.store);
  }
}

function jsonText(ok: boolean, steps: readonly CheckStep[]): string {
  const told = steps.map(({ name, state, text, facts }) => ({ step: name, state, text, ...facts }));
  return `${JSON.stringify({ ok, steps: told }, null, 1)}\n`;
}
