/**
 * Serving systems that are richer than the models fitted to them, and share no code with those. Each takes an arrival at a moment
 * and reports its end by a callback; `nextMs` and `advance` let a clock, real or virtual, move it on.
 */

/** Numbers in (0, 1): mulberry32. */
function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296 + 1e-12;
  };
}

function lognormal(random, mean, cv) {
  const variance = Math.log(1 + cv * cv);
  const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  return Math.exp(Math.log(mean) - variance / 2 + Math.sqrt(variance) * normal);
}

/** Events by their time; few enough to be searched one after the other when they are added. */
class Agenda {
  #events = [];
  get nextMs() {
    return this.#events.at(-1)?.atMs ?? Infinity;
  }
  add(atMs, work) {
    const events = this.#events;
    let [low, high] = [0, events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (events[middle].atMs > atMs) low = middle + 1;
      else high = middle;
    }
    events.splice(low, 0, { atMs, work });
  }
  advance(nowMs) {
    while (this.nextMs <= nowMs) {
      const { atMs, work } = this.#events.pop();
      work(atMs);
    }
  }
}

/**
 * A machine with workers, lognormal service, slower where more wait than it has workers, and a limit on waiting.
 * Times in ms.
 */
export class MachineTruth {
  #agenda = new Agenda();
  #waiting = [];
  #free;
  #random;
  constructor({ workers = 8, meanMs = 200, cv = 0.4, slower = 0.1, limitMs = 60_000, seed = 1 }) {
    Object.assign(this, { workers, meanMs, cv, slower, limitMs });
    this.#free = workers;
    this.#random = randomOf(seed);
  }
  get nextMs() {
    return this.#agenda.nextMs;
  }
  advance(nowMs) {
    this.#agenda.advance(nowMs);
  }
  /** `end`: `{ok: true, serverMs}` or `{ok: false}`, and the moment. */
  arrive(nowMs, end) {
    this.advance(nowMs);
    const call = { end, waits: true };
    this.#waiting.push(call);
    this.#agenda.add(nowMs + this.limitMs, (atMs) => {
      if (!call.waits) return;
      call.waits = false;
      this.#waiting = this.#waiting.filter((one) => one !== call);
      end({ ok: false }, atMs);
    });
    this.#serve(nowMs);
  }
  #serve(nowMs) {
    while (this.#free > 0 && this.#waiting.length > 0) {
      const call = this.#waiting.shift();
      call.waits = false;
      this.#free--;
      const slower = this.#waiting.length > this.workers ? 1 + this.slower : 1;
      const ranMs = lognormal(this.#random, this.meanMs, this.cv) * slower;
      this.#agenda.add(nowMs + ranMs, (atMs) => {
        this.#free++;
        call.end({ ok: true, ranMs }, atMs);
        this.#serve(atMs);
      });
    }
  }
}

/**
 * Functions behind one queue: lognormal service with a slow request now and then, starts of two kinds (a host that has the
 * package already is faster), one start under way per two waiting, limited in their rate, and idle lifetimes without memory.
 * What is free is used in turn, the one idle longest last.
 */
export class FunctionTruth {
  #agenda = new Agenda();
  #waiting = [];
  #idle = [];
  #starting = 0;
  #mayStartMs = -Infinity;
  #isPlanned = false;
  #random;
  created = 0;
  live = 0;
  constructor({
    meanMs = 120,
    cv = 0.3,
    startMs = 3000,
    startCv = 0.25,
    lifetimeMs = 80_000,
    startsPerSecond = 25,
    waitingPerStart = 2,
    seed = 1,
  }) {
    Object.assign(this, { meanMs, cv, startMs, startCv, lifetimeMs, startsPerSecond, waitingPerStart });
    this.#random = randomOf(seed);
  }
  get nextMs() {
    return this.#agenda.nextMs;
  }
  advance(nowMs) {
    this.#agenda.advance(nowMs);
  }
  arrive(nowMs, end) {
    this.advance(nowMs);
    this.#waiting.push({ end });
    this.#serve(nowMs);
    this.#start(nowMs);
  }
  #start(nowMs) {
    while (this.#starting < this.#waiting.length / this.waitingPerStart) {
      if (this.#mayStartMs > nowMs) {
        if (!this.#isPlanned)
          this.#agenda.add(this.#mayStartMs, (atMs) => {
            this.#isPlanned = false;
            this.#start(atMs);
          });
        this.#isPlanned = true;
        return;
      }
      this.#mayStartMs = nowMs + 1000 / this.startsPerSecond;
      this.#starting++;
      this.created++;
      this.live++;
      // Two in three hosts have to fetch the package.
      const kind = this.#random() < 0.33 ? 0.6 : 1.2;
      const startMs = lognormal(this.#random, this.startMs * kind, this.startCv);
      this.#agenda.add(nowMs + startMs, (atMs) => {
        this.#starting--;
        this.#rest({ startMs, life: 0 }, atMs);
        this.#serve(atMs);
      });
    }
  }
  #rest(instance, nowMs) {
    instance.life++;
    const { life } = instance;
    this.#idle.push(instance);
    this.#agenda.add(nowMs - Math.log(this.#random()) * this.lifetimeMs, () => {
      if (instance.life !== life || !this.#idle.includes(instance)) return;
      this.#idle = this.#idle.filter((one) => one !== instance);
      this.live--;
    });
  }
  #serve(nowMs) {
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      const instance = this.#idle.pop();
      const { end } = this.#waiting.shift();
      const { startMs } = instance;
      instance.startMs = undefined;
      const slow = this.#random() < 0.02 ? 3 : 1;
      const ranMs = lognormal(this.#random, this.meanMs, this.cv) * slow;
      this.#agenda.add(nowMs + ranMs, (atMs) => {
        end({ ok: true, ranMs, startMs }, atMs);
        this.#rest(instance, atMs);
        this.#serve(atMs);
      });
    }
  }
}
