import { counted } from '../text/counted.js';
import type { Backend, Call, SeenAnswer } from '../backends/backend.js';
import { invoked } from '../backends/invoked.js';
import type { Clock } from '../clock.js';
import { messageOf, printable, UserError } from '../errors.js';
import type { Failure, Outcome } from '../sample.js';
import type { Learnt } from './check-step.js';

export interface OneAnswer {
  readonly outcome: Outcome;
  /** From the first byte sent where that is seen, else from the hand-over, to the last byte read. */
  readonly tookMs: number;
}

const SHOWN_CHARACTERS = 200;

/** Sends the first payload once. Rejects with `UserError` where it fails: what came, and what to look at. */
export async function sendOne(
  backend: Backend,
  clock: Clock,
  timeoutMs: number,
  seen: () => SeenAnswer | undefined,
  withoutSecrets: (text: string) => string,
): Promise<Learnt<OneAnswer>> {
  const handedMs = clock.now();
  const outcome = await answered(backend, clock, handedMs, timeoutMs);
  const tookMs = (outcome.doneMs ?? clock.now()) - (outcome.sentMs ?? handedMs);
  const came = answerText(seen(), withoutSecrets);
  if (!outcome.ok) {
    const detail = printable(withoutSecrets(outcome.detail));
    throw new UserError(`${outcome.failure} after ${tookMs.toFixed(1)} ms: ${detail}${came}; ${NEXT[outcome.failure]}`);
  }
  return {
    text: `success in ${tookMs.toFixed(1)} ms${serviceText(outcome)}${came}`,
    value: { outcome, tookMs },
    facts: { outcome, tookMs },
  };
}

async function answered(backend: Backend, clock: Clock, handedMs: number, timeoutMs: number): Promise<Outcome> {
  const controller = new AbortController();
  const over = new AbortController();
  let onAbort = (): void => undefined;
  const callOf = (settle: Call['settle']): Call => ({
    seq: 0,
    payload: 0,
    dueMs: handedMs,
    handedMs,
    signal: controller.signal,
    onAbort: (listener) => {
      onAbort = listener;
    },
    settle,
  });
  const tooLate = clock.until(handedMs + timeoutMs, over.signal).then((): Outcome => {
    controller.abort();
    onAbort();
    const detail = `no complete answer within ${String(timeoutMs / 1000)} s`;
    return { ok: false, failure: 'timeout', detail };
  });
  const outcome = invoked((call) => backend.invoke(call), callOf).catch((thrown: unknown): Outcome => ({
    ok: false,
    failure: 'crashed',
    detail: messageOf(thrown),
  }));
  try {
    return await Promise.race([outcome, tooLate]);
  } finally {
    over.abort();
  }
}

function answerText(answer: SeenAnswer | undefined, withoutSecrets: (text: string) => string): string {
  if (answer === undefined) return '';
  const { status, bodyBytes, text } = answer;
  const beginning = printable(withoutSecrets(text), SHOWN_CHARACTERS);
  return `; status ${printable(status, 40)}, ${counted(bodyBytes, 'byte')}${beginning === '' ? '' : `: ${beginning}`}`;
}

/** What the service itself reported of it. */
function serviceText({ serverMs, coldStart, usage }: Outcome): string {
  return [
    ...(serverMs === undefined ? [] : [`, ${serverMs.toFixed(1)} ms of them in the service`]),
    ...(coldStart === undefined || coldStart === 'unknown' ? [] : [`, ${coldStart} start`]),
    ...(usage?.billedMs === undefined ? [] : [`, billed ${String(usage.billedMs)} ms`]),
  ].join('');
}

const NEXT: Readonly<Record<Failure, string>> = {
  timeout: 'give a longer --timeout, or see whether the service is up',
  throttled: 'raise the limit that it names, or wait',
  unauthorized: 'check the credentials, and that they may call it',
  rejected: 'check the names in the options, the payload and its content type',
  'server-error': 'look into the logs of the service',
  'function-error': 'look into the logs of the function',
  'bad-answer': 'check the address and --expect',
  unreachable: 'check the address, and that the service runs',
  cut: 'look into the logs of the service, and of what stands before it',
  'stale-connection': 'check again',
  shed: 'check again',
  crashed: 'it is the fault of the backend',
  aborted: 'check again',
  unknown: 'check again',
  local: 'look for what is used up on this machine: files, ports, memory',
};
