/** Reported by the service or by our handlers, never guessed. */
export type ColdStart = 'unknown' | 'warm' | 'cold';
export const COLD_STARTS = ['unknown', 'warm', 'cold'] as const satisfies readonly ColdStart[];

/** Why a request failed. The order is the code in the sample log's columns: append only. */
export const FAILURES = [
  'timeout', //          no complete answer within --timeout of the hand-over
  'throttled', //        429 and its kin
  'unauthorized', //     401, 403
  'rejected', //         other 4xx
  'server-error', //     5xx
  'function-error', //   the user's code failed, the platform did not
  'bad-answer', //       not what the protocol allows, or not what --expect asks; an unexpected 3xx
  'unreachable', //      dns, tls, refused
  'cut', //              reset or closed mid-answer, or before an answer on a fresh connection
  'stale-connection', // reset or closed on a reused connection before any byte of the answer
  'shed', //             above --max-in-flight; never sent
  'crashed', //          the worker or plugin died under it
  'aborted', //          open when the run was stopped
  'unknown', //          no row: the process died before it was written
  'local', //            our own files, ports or memory
] as const;
export type Failure = (typeof FAILURES)[number];

/** The values of the log's `outcome` column: code 0 is success, code i > 0 is FAILURES[i - 1]. */
export const OUTCOMES = ['ok', ...FAILURES] as const;

/** The code of a failure in `SampleBlock.outcome`. */
export function outcomeCode(failure: Failure): number {
  return FAILURES.indexOf(failure) + 1;
}
