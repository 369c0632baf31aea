/** Has no bill and reports usage; declares the columns that the option `columns` lists, with commas between them. */
export default {
  name: 'using',
  summary: 'reports usage without a bill',
  waits: 'on-the-clock',
  knowsSent: false,
  publicOptions: ['columns'],
  parseOptions: ({ columns }) => ({ columns }),
  columns: ({ columns }) => (columns === '' ? [] : columns.split(',')),
  create: (_options, { clock }) => ({
    async invoke({ handedMs, seq }) {
      await clock.until(handedMs + 5);
      return { ok: true, usage: { cpuMs: seq + 1, answerBytes: 100 } };
    },
  }),
};
