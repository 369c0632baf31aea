/** Says that it waits on the clock, and waits for a timer. */
export default {
  name: 'sleepy',
  summary: 'waits for a timer',
  waits: 'on-the-clock',
  knowsSent: false,
  publicOptions: [],
  parseOptions: () => ({}),
  create: () => ({
    invoke: () => new Promise((resolve) => setTimeout(resolve, 20, { ok: true })),
  }),
};
