/** A backend of your own: a module whose default export keeps the contract. Answers after a fixed delay. */
export default {
  name: 'echo',
  summary: 'answers after a fixed delay',
  waits: 'on-the-clock', // every wait is clock.until, so it also runs in virtual time
  knowsSent: false, // it cannot see the first byte leave
  publicOptions: ['delay', 'fail'], // written to run.json as they are; all others are redacted

  // Main thread: the texts of --set. What it returns goes to the threads as plain data.
  parseOptions({ delay = '10', fail = 'false', ...unknown }) {
    const [key] = Object.keys(unknown);
    if (key !== undefined) throw userError(`backend echo has no option ${key}; it knows delay and fail`);
    if (!(Number(delay) >= 0)) throw userError('--set delay: give ms, at least 0');
    return { delayMs: Number(delay), fail: fail === 'true' };
  },

  // Each worker thread: one connected client.
  create({ delayMs, fail }, { clock }) {
    return {
      async invoke(call) {
        await clock.until(call.handedMs + delayMs);
        const doneMs = clock.now();
        if (fail) return { ok: false, failure: 'server-error', detail: 'told to fail', doneMs };
        return { ok: true, doneMs };
      },
    };
  },
};

// An error of this name is shown as one line, exit code 2; any other is a bug.
function userError(message) {
  return Object.assign(new Error(message), { name: 'UserError' });
}
