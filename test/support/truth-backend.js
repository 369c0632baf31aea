import { FunctionTruth, MachineTruth } from './truths.js';

/** A truth as a service that runs on the clock of a run: `--set kind=machine` or `functions`, other options are its numbers. */
export default {
  name: 'truth',
  summary: 'a serving system that no model knows',
  waits: 'on-the-clock',
  knowsSent: false,
  publicOptions: ['kind'],
  maxWorkers: () => 1,
  parseOptions: ({ kind = 'machine', ...numbers }) => ({
    kind,
    numbers: Object.fromEntries(Object.entries(numbers).map(([name, text]) => [name, Number(text)])),
  }),
  billing: ({ kind }) => (kind === 'functions' ? { model: 'cloud-functions-gen1', memoryMb: 2048 } : null),
  prices: () => '2021-03',
  columns: ({ kind }) => (kind === 'functions' ? ['durationMs', 'billedMs', 'memoryMb'] : []),
  create: ({ kind, numbers }, { clock, seed }) => new TruthBackend(kind, { ...numbers, seed }, clock),
};

/** Between client and service and back. */
const NETWORK_MS = 15;

class TruthBackend {
  #truth;
  #kind;
  #clock;
  #wakesMs = Infinity;
  constructor(kind, numbers, clock) {
    this.#kind = kind;
    this.#clock = clock;
    this.#truth = kind === 'functions' ? new FunctionTruth(numbers) : new MachineTruth(numbers);
  }
  invoke() {
    return new Promise((resolve) => {
      this.#truth.arrive(this.#clock.now(), (ended, atMs) => {
        void this.#clock.until(atMs + NETWORK_MS).then(() => resolve(this.#outcomeOf(ended)));
      });
      this.#wakeUp();
    });
  }
  #wakeUp() {
    const { nextMs } = this.#truth;
    if (nextMs >= this.#wakesMs || nextMs === Infinity) return;
    this.#wakesMs = nextMs;
    void this.#clock.until(nextMs).then(() => {
      if (this.#wakesMs === nextMs) this.#wakesMs = Infinity;
      this.#truth.advance(this.#clock.now());
      this.#wakeUp();
    });
  }
  probe() {
    return Promise.resolve(this.#kind === 'functions' ? [{ kind: 'instances', count: this.#truth.live }] : []);
  }
  #outcomeOf({ ok, ranMs, startMs }) {
    if (!ok) return { ok: false, failure: 'server-error', detail: 'waited too long' };
    if (this.#kind === 'machine') return { ok: true };
    // A part of the start runs in the handler, as with the provider.
    const durationMs = ranMs + (startMs === undefined ? 0 : 0.4 * startMs);
    const billedMs = Math.ceil(durationMs / 100) * 100;
    return {
      ok: true,
      coldStart: startMs === undefined ? 'warm' : 'cold',
      usage: { durationMs, billedMs, memoryMb: 2048 },
    };
  }
}
