/** How many instances there are, were at most, and were made. */
export class InstanceCounts {
  /** Instances that are there, the starting ones counted. */
  live = 0;
  /** Instances that are ready. */
  ready = 0;
  created = 0;
  /** The greatest `live`. */
  peak = 0;
  /** How many instances were ready from which moment on; ascending. */
  steps: { atMs: number; count: number }[] = [];

  /** Starting. */
  start(): void {
    this.created++;
    this.live++;
    if (this.live > this.peak) this.peak = this.live;
  }

  /** One that was ready before the beginning: it counts as there, not as made. */
  addReady(): void {
    this.live++;
    if (this.live > this.peak) this.peak = this.live;
    this.ready++;
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
