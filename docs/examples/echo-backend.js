// A backend of your own: a module whose default export keeps the contract of src/backends/backend.ts.
// replay traces/workload-40.json --backend ./docs/examples/echo-backend.js --set delay=5
export default {
  name: 'echo',
  summary: 'answers after a fixed delay',
  waits: 'on-the-clock', // every wait is clock.until, so it also runs in virtual time
  knowsSent: false, // it cannot see a first byte leave
  publicOptions: ['delay'], // may be written to run.json; all others are redacted
  options: [{ name: 'delay', value: 'MS', summary: 'of every answer (default 10)' }], // also from REPLAY_ECHO_DELAY

  // Main thread: the texts of --set. What it returns is handed to the threads as plain data.
  parseOptions({ delay = '10', ...unknown }) {
    const [key] = Object.keys(unknown);
    if (key !== undefined) throw userError(`backend echo has no option ${key}; it knows delay`);
    if (!(Number(delay) >= 0)) throw userError('--set delay: give ms, at least 0');
    return { delayMs: Number(delay) };
  },

  // Each worker thread: one connected client.
  create({ delayMs }, { clock }) {
    return {
      async invoke(call) {
        await clock.until(call.handedMs + delayMs);
        return { ok: true, doneMs: clock.now() };
      },
    };
  },
};

// An error of this name is shown as one line, exit 2; any other is a bug.
function userError(message) {
  return Object.assign(new Error(message), { name: 'UserError' });
}
