import type { Sender } from './system.js';

/** When a request that is due reaches the system: its sender may not have started, or may open its connection first. */
export function sentMs({ senders, ramp, connectionSetUp }: Sender, seq: number, dueMs: number): number {
  const count = senders.value;
  const startedMs = (ramp.value * (seq % count)) / Math.max(1, count - 1);
  return Math.max(dueMs, startedMs) + (seq < count ? connectionSetUp.value : 0);
}

/** Whether every request is sent when it is due. */
export function sendsWhenDue({ ramp, connectionSetUp }: Sender): boolean {
  return ramp.value === 0 && connectionSetUp.value === 0;
}
