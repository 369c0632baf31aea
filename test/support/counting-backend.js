/**
 * Waits on the clock and measures two metrics of its own: `tokens`, the request's index plus 1, and `depth`, which is no quantity
 * for every third request. Declares what the variable COUNTING_METRICS says instead, where it is set.
 */
const declared = [{ name: 'tokens', unit: 'tokens' }, { name: 'depth' }];

export default {
  name: 'counting',
  summary: 'counts tokens',
  waits: 'on-the-clock',
  knowsSent: false,
  publicOptions: [],
  get metrics() {
    const { COUNTING_METRICS: other } = process.env;
    return other === undefined ? declared : JSON.parse(other);
  },
  parseOptions: () => ({}),
  batches: () => true,
  create: (_options, { clock }) => {
    const answer = async ({ handedMs, seq }) => {
      await clock.until(handedMs + 5);
      const metrics = { tokens: seq + 1, depth: seq % 3 === 0 ? -1 : 0.25, secret: 7 };
      return seq % 10 === 9
        ? { ok: false, failure: 'server-error', detail: 'every tenth', metrics }
        : { ok: true, metrics };
    };
    return { invoke: answer, invokeBatch: answer };
  },
};
