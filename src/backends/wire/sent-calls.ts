import { messageOf } from '../../errors.js';
import type { Outcome } from '../../sample.js';
import type { Backend, BackendContext, BatchCall, BatchOutcome, Call } from '../backend.js';
import type { OpenBody } from './body-reader.js';
import type { Result, Sending } from './exchange.js';
import type { InstanceBatches } from '../tensors/instance-batches.js';
import { payloadAt } from '../shared/payload-at.js';
import { showAnswer } from './seen-answer.js';

/** How the calls of a backend go over HTTP. */
export interface CallsSent {
  /** Of every request, or one for each entry of the payload table. */
  readonly method: string | readonly string[];
  /** Set where bodies are read as they come, to be judged. */
  readonly openBody: OpenBody | undefined;
  send(call: Call, sending: Sending): void;
  outcomeOf(result: Result, call: Call): Outcome;
  /** Set where requests go in batches. */
  readonly batches?: BatchesSent | undefined;
  readonly onAnswer?: BackendContext['onAnswer'];
  /** Takes out of an answer that is shown what this client knows to be secret. */
  readonly hidden?: ((text: string) => string) | undefined;
  /** Observes the answers as they come: see `Sending.piece`. */
  readonly piece?: Sending['piece'];
}

export interface BatchesSent {
  send(call: BatchCall, sending: Sending<BatchCall>): void;
  outcomeOf(result: Result, call: BatchCall): Outcome;
  /** What splits an answer. */
  readonly instances: Pick<InstanceBatches, 'split'>;
}

/** A backend's calls: sent, shown to anyone who asked to see answers, judged and settled. */
export function sentCalls(calls: CallsSent): Pick<Backend, 'invoke' | 'invokeBatch'> {
  const { method, openBody, onAnswer, hidden, piece, batches } = calls;
  const told = (call: Call, result: Result): void => {
    showAnswer(onAnswer, result, hidden);
    call.settle(judged(calls, result, call));
  };
  const sendingOf = (of: string): Sending => ({
    method: of,
    collectBody: onAnswer !== undefined,
    openBody,
    piece,
    told,
  });
  const invoke = typeof method === 'string' ? always(calls, sendingOf(method)) : mixed(calls, method.map(sendingOf));
  if (batches === undefined) return { invoke };
  const several: Sending<BatchCall> = {
    method: typeof method === 'string' ? method : (method[0] ?? 'POST'),
    collectBody: true,
    openBody,
    piece,
    told(call, result) {
      showAnswer(onAnswer, result, hidden);
      call.settle(judgedBatch(batches, result, call));
    },
  };
  return {
    invoke,
    invokeBatch(call) {
      batches.send(call, several);
      return 'settles';
    },
  };
}

function always(calls: CallsSent, sending: Sending): Backend['invoke'] {
  return (call) => {
    calls.send(call, sending);
    return 'settles';
  };
}

function mixed(calls: CallsSent, sendings: readonly Sending[]): Backend['invoke'] {
  return (call) => {
    calls.send(call, payloadAt(sendings, call.payload));
    return 'settles';
  };
}

/** Called by the socket: what is thrown here would end the thread, and is one request's alone. */
function judged(calls: CallsSent, result: Result, call: Call): Outcome {
  try {
    return calls.outcomeOf(result, call);
  } catch (thrown) {
    return crashed(thrown);
  }
}

function judgedBatch(batches: BatchesSent, result: Result, call: BatchCall): BatchOutcome {
  try {
    const outcome = batches.outcomeOf(result, call);
    return result.kind === 'failure' ? outcome : batches.instances.split(outcome, call.payloads, result.body);
  } catch (thrown) {
    return crashed(thrown);
  }
}

function crashed(thrown: unknown): Outcome {
  return { ok: false, failure: 'crashed', detail: messageOf(thrown) };
}
