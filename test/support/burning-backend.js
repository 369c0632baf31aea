// A backend whose calls compute for a given time on the thread of the schedule: the most that a slow client could do wrong.
import { createBurn } from '#src/time/create-burn';

export default {
  name: 'burning',
  summary: 'computes on the thread of the schedule',
  waits: 'on-the-clock',
  knowsSent: false,
  publicOptions: ['us'],
  parseOptions: ({ us }) => ({ burnMs: Number(us) / 1000 }),
  create({ burnMs }, { clock }) {
    const burn = createBurn(clock.now);
    return {
      invoke() {
        burn(burnMs);
        return Promise.resolve({ ok: true, doneMs: clock.now() });
      },
    };
  },
};
