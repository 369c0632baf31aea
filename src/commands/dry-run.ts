import type { CheckRequest } from '../check/check.js';
import type { CheckStep } from '../check/check-step.js';
import { EXIT } from '../errors.js';

/** Tries a backend, and tells each step as it is over, or all as JSON. Resolves with the exit code. */
export async function dryRun(request: CheckRequest, json: boolean, say: (text: string) => void): Promise<number> {
  const { check } = await import('../check/check.js');
  const { checkText } = await import('../check/check-text.js');
  const steps = await check(request, {
    folder: process.cwd(),
    env: process.env,
    say,
    tell: (step) => {
      if (!json) process.stdout.write(checkText(step));
    },
  });
  const ok = steps.every(({ state }) => state !== 'failed');
  if (json) process.stdout.write(jsonText(ok, steps));
  return ok ? EXIT.ok : EXIT.userError;
}

function jsonText(ok: boolean, steps: readonly CheckStep[]): string {
  const told = steps.map(({ name, state, text, facts }) => ({ step: name, state, text, ...facts }));
  return `${JSON.stringify({ ok, steps: told }, null, 1)}\n`;
}
