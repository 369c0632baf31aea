import type { Backend, BatchCall, BatchOutcome, Lacking } from '../backends/backend.js';
import type { Outcome } from '../sample.js';
import { OpenCall, type BoundBackend, type Settling } from './open-call.js';
import type { Recorder, Released } from './recorder.js';
import type { Schedule } from './schedule-chunk.js';
import { trustedBatch } from './trusted-outcome.js';

/** Several requests handed over in one call: it is in flight, times out and is billed as one. */
export class OpenBatch extends OpenCall implements BatchCall {
  readonly payloads: Uint32Array;
  readonly #seqs: Uint32Array;
  readonly #duesMs: Float64Array;
  readonly #released: Released;

  /** Rows `from` to `end` of a chunk of the schedule. */
  constructor(
    { seq, dueMs, payload, releaseMs = dueMs }: Schedule,
    from: number,
    end: number,
    handedMs: number,
    settling: Settling,
  ) {
    super(seq[from] as number, dueMs[from] as number, handedMs, payload[from] as number, settling);
    this.payloads = payload.subarray(from, end);
    this.#seqs = seq.subarray(from, end);
    this.#duesMs = dueMs.subarray(from, end);
    this.#released = { releaseMs: releaseMs[from] as number, invocation: this.seq };
  }

  override handTo(backend: BoundBackend): ReturnType<Backend['invoke']> {
    if (backend.invokeBatch === undefined) throw new Error('the backend has no invokeBatch');
    return backend.invokeBatch(this);
  }

  override recordTold(recorder: Recorder, outcome: BatchOutcome, nowMs: number): void {
    const { lacking, ...sound } = trustedBatch(outcome, this.payloads.length, this.handedMs, nowMs);
    this.#recordAll(recorder, sound, sound.ok ? lacking : undefined);
  }

  override record(recorder: Recorder, outcome: Outcome): void {
    this.#recordAll(recorder, outcome, undefined);
  }

  /** What the invocation used and measured is recorded once, with its oldest request. */
  #recordAll(recorder: Recorder, outcome: Outcome, lacking: Lacking | undefined): void {
    const bad = new Set(lacking?.at);
    const detail = lacking?.detail ?? '';
    let answered = outcome;
    for (let i = 0; i < this.#seqs.length; i++) {
      const sent = {
        seq: this.#seqs[i] as number,
        dueMs: this.#duesMs[i] as number,
        handedMs: this.handedMs,
        payload: this.payloads[i] as number,
      };
      const own: Outcome = bad.has(i) ? { ...answered, ok: false, failure: 'bad-answer', detail } : answered;
      recorder.record(sent, own, this.#released);
      if (i === 0) answered = withoutQuantities(outcome);
    }
  }
}

function withoutQuantities(outcome: Outcome): Outcome {
  const { usage, metrics, ...rest } = outcome;
  return usage === undefined && metrics === undefined ? outcome : rest;
}
