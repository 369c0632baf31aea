import { messageOf } from '../../errors.js';
import type { Outcome } from '../../sample.js';
import type { Backend, BackendContext, BatchCall, BatchOutcome, Call } from '../backend.js';
import type { Result, Sending } from './exchange.js';
import type { InstanceBatches } from './instance-batches.js';
import { showAnswer } from './seen-answer.js';

/** How the calls of a backend go over HTTP. */
export interface CallsSent {
  readonly method: string;
  /** Whole bodies are needed to judge an answer. */
  readonly collectBody: boolean;
  send(call: Call, sending: Sending): void;
  outcomeOf(result: Result, call: Call): Outcome;
  /** Set where requests go in batches. */
  readonly batches?: BatchesSent | undefined;
  readonly onAnswer?: BackendContext['onAnswer'];
  /** Takes out of an answer that is shown what this client knows to be secret. */
  readonly hidden?: (text: string) => string;
}

export interface BatchesSent {
  send(call: BatchCall, sending: Sending<BatchCall>): void;
  outcomeOf(result: Result, call: BatchCall): Outcome;
  /** What tells an answer apart. */
  readonly instances: Pick<InstanceBatches, 'split'>;
}

/** A backend's calls: sent, shown to whoever asked to see answers, judged and settled. */
export function sentCalls(calls: CallsSent): Pick<Backend, 'invoke' | 'invokeBatch'> {
  const { method, collectBody, onAnswer, hidden, batches } = calls;
  const single: Sending = {
    method,
    collectBody: collectBody || onAnswer !== undefined,
    told(call, result) {
      showAnswer(onAnswer, result, hidden);
      call.settle(judged(calls, result, call));
    },
  };
  const invoke = (call: Call): 'settles' => {
    calls.send(call, single);
    return 'settles';
  };
  if (batches === undefined) return { invoke };
  const several: Sending<BatchCall> = {
    method,
    collectBody: true,
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
