import type { Abortable, Result, Sending } from './exchange.js';
import type { Wire } from './http1-wire.js';

/** Sends one request over the wire and resolves with what came back, which is the caller's; it never rejects. */
export function oneAnswer(
  wire: Pick<Wire, 'send'>,
  bytes: Uint8Array,
  how: Pick<Sending, 'method' | 'collectBody'>,
  call: Abortable,
): Promise<Result> {
  return new Promise((resolve) => {
    const told = (_call: Abortable, result: Result): void => {
      resolve(copyOf(result));
    };
    wire.send(bytes, { ...how, told }, call);
  });
}

function copyOf(result: Result): Result {
  const { sentMs, doneMs, doneEarliestMs, handshakeMs } = result;
  const times = { sentMs, doneMs, doneEarliestMs, handshakeMs };
  if (result.kind === 'failure') {
    const { kind, failure, detail } = result;
    return { kind, failure, detail, ...times };
  }
  const { kind, status, headers, body, bodyBytes } = result;
  return { kind, status, headers, body, bodyBytes, ...times };
}
