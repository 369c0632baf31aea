/** How many instances there are, were at most, and were made. */
export class InstanceCounts {
  live = 0;
  ready = 0;
  created = 0;
  peak = 0;
  steps: { atMs: number; count: number }[] = [];

  /** Starting. */
  start(): void {
    this.created++;
    this.live++;
    if (this.live > this.peak) this.peak = this.live;
  }

  become(nowMs: number, ready: number): void {
    this.ready = ready;
    const last = this.steps.at(-1);
    if (last?.atMs === nowMs) last.count = ready;
    else this.steps.push({ atMs: nowMs, count: ready });
  }

  restart(nowMs: number): void {
    this.created = 0;
    this.peak = this.live;
    this.steps = [{ atMs: nowMs, count: this.ready }];
  }
}
