import { OptionError, printable } from '../errors.js';
import type { Outcome } from '../sample.js';
import type { BackendPlugin, Call } from './backend.js';

/** Answers every request at once: what a run costs without a service. */
const plugin: BackendPlugin<null> = {
  name: 'null',
  summary: 'answers at once; shows what the tool itself costs',
  waits: 'on-the-clock',
  knowsSent: true,
  publicOptions: [],
  parseOptions(raw) {
    const [key] = Object.keys(raw);
    if (key !== undefined)
      throw new OptionError('null', key, `has no option ${printable(key, 60)} (it takes none); leave it out`);
    return null;
  },
  payloadRequests: true,
  batches: () => true,
  create(_options, { clock }) {
    const answer = ({ handedMs }: Call): Promise<Outcome> => {
      const doneMs = clock.now();
      return Promise.resolve({ ok: true, sentMs: handedMs, doneMs, doneEarliestMs: doneMs });
    };
    return { invoke: answer, invokeBatch: answer };
  },
};

export default plugin;
