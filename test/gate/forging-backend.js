// Every third answer is a text that tries to be a command of GitHub Actions, wherever a line may be broken.
const FORGED = `${'x '.repeat(18)} ::error title=forged::${'y '.repeat(30)} ::add-mask::e ::stop-commands::z ##[add-matcher]m.json ##[error]forged`;

export default {
  name: 'forging',
  summary: 'answers with commands',
  waits: 'on-the-clock',
  knowsSent: true,
  publicOptions: [],
  parseOptions: () => ({}),
  create: (_options, { clock }) => ({
    async invoke({ seq, handedMs }) {
      await clock.until(handedMs + 10);
      const times = { sentMs: handedMs, doneMs: clock.now() };
      return seq % 3 === 2 ? { ok: false, failure: 'rejected', detail: FORGED, ...times } : { ok: true, ...times };
    },
  }),
};
