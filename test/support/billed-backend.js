// A service with a bill: reports usage of each invocation and how many instances there are; some starts are cold, some
// calls fail. Options: model, memory, machine; probe=fails throws; slow=MS more before the answer comes.
export default {
  name: 'billed',
  summary: 'tells usage and capacity',
  waits: 'on-the-clock',
  knowsSent: true,
  publicOptions: ['model', 'memory', 'machine', 'probe', 'slow'],
  parseOptions: ({ model = 'lambda', memory = '2048', machine, probe = 'works', slow = '0' }) => ({
    billing: { model, memoryMb: Number(memory), timeoutMs: 3000, ...(machine === undefined ? {} : { machine }) },
    probe,
    slow: Number(slow),
  }),
  billing: ({ billing }) => billing,
  batches: () => true,
  create: ({ probe, slow }, { clock }) => ({
    invoke: (call) => invoke(call, clock, slow),
    invokeBatch: (call) => invoke(call, clock, slow),
    async probe() {
      if (probe === 'fails') throw new Error('access denied');
      return [
        { kind: 'desired', count: 9 },
        { kind: 'instances', count: clock.now() < 6000 ? 1 : 3 },
      ];
    },
  }),
};

async function invoke({ seq, handedMs }, clock, slowMs) {
  const cold = seq % 10 === 0;
  const durationMs = 5 + (seq % 7) * 0.37;
  const initMs = cold ? 20.25 : undefined;
  await clock.until(handedMs + durationMs + (initMs ?? 0) + slowMs);
  const times = { sentMs: handedMs, doneMs: clock.now(), coldStart: cold ? 'cold' : 'warm' };
  if (seq % 25 === 24) return { ok: false, failure: 'throttled', detail: 'too many', ...times };
  if (seq % 25 === 23) return { ok: true, ...times };
  const usage = { durationMs, billedMs: Math.ceil(durationMs + (initMs ?? 0)), ...(cold ? { initMs } : {}) };
  return { ok: true, ...times, usage };
}
