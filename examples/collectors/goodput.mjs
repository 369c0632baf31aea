/**
 * Goodput: the share of the planned requests that were answered within 100 ms, and their number per second.
 *
 *   replay --rate 50/s --duration 10s --backend simulated --time virtual \
 *     --collector examples/collectors/goodput.mjs --threshold 'collectors.goodput.share>0.99'
 */
const LIMIT_MS = 100;
const OK = 0;

/** @type {import('replay').CustomCollector} */
export default {
  name: 'goodput',
  metrics: [
    { name: 'share', worse: 'less' },
    { name: 'rate', unit: 'requests/s', worse: 'less' },
  ],
  create({ planned, durationMs }) {
    return {
      good: 0,
      add({ rows, outcome, dueMs, doneMs }) {
        for (let i = 0; i < rows; i++) if (outcome[i] === OK && doneMs[i] - dueMs[i] <= LIMIT_MS) this.good++;
      },
      merge({ good }) {
        this.good += good;
      },
      values() {
        return {
          share: planned === 0 ? null : this.good / planned,
          rate: durationMs === 0 ? null : this.good / (durationMs / 1000),
        };
      },
    };
  },
};
