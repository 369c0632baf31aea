const ROWS = 4096;
export const PER_SECOND = 10_000;

/** What a run of this many samples plans. */
export function planOf(samples) {
  const seconds = Math.ceil(samples / PER_SECOND);
  return {
    planned: samples,
    durationMs: seconds * 1000,
    duePerSecond: Array.from({ length: seconds }, (_, i) => Math.min(PER_SECOND, samples - i * PER_SECOND)),
    warmupMs: 1000,
    timeoutMs: 60_000,
    maxLatenessMs: 10,
    maxInFlight: { limit: 10_000, explicit: false },
    connections: 64,
    knowsSent: true,
  };
}

/** Log-normal service times, a little lateness, 1 % failures; the same values at every run. */
export function makeBlocks(count) {
  let state = 1;
  const random = () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
  const made = [];
  for (let from = 0; from < count; from += ROWS) made.push(makeBlock(from, Math.min(ROWS, count - from), random));
  return made;
}

function makeBlock(from, rows, random) {
  const column = () => new Float64Array(rows).fill(NaN);
  const block = {
    rows,
    worker: 0,
    seq: new Uint32Array(rows),
    outcome: new Uint8Array(rows),
    coldStart: new Uint8Array(rows),
    details: [],
    ...Object.fromEntries(
      ['dueMs', 'releaseMs', 'handedMs', 'sentMs', 'doneMs', 'doneEarliestMs', 'handshakeMs', 'serverMs'].map(
        (name) => [name, column()],
      ),
    ),
  };
  for (let i = 0; i < rows; i++) {
    const due = ((from + i) / PER_SECOND) * 1000;
    block.seq[i] = from + i;
    block.dueMs[i] = block.releaseMs[i] = due;
    block.handedMs[i] = due + random() * 0.05;
    block.sentMs[i] = block.handedMs[i] + random() * 0.1;
    block.doneMs[i] =
      block.sentMs[i] + 10 * Math.exp(Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()));
    block.doneEarliestMs[i] = block.doneMs[i] - random() * 0.05;
    if (random() < 0.01) {
      block.outcome[i] = 5;
      block.details.push({ row: i, text: 'HTTP 503' });
    }
  }
  return block;
}
