// A backend that never answers and whose close never ends: a run that does not stop when it is asked to.
export default {
  name: 'deaf',
  summary: 'never answers, never closes',
  waits: 'on-the-world',
  publicOptions: [],
  parseOptions: () => ({}),
  create: () => ({ invoke: () => new Promise(() => undefined), close: () => new Promise(() => undefined) }),
};
