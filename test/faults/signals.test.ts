import type { ChildProcess } from 'node:child_process';
import { expect } from 'vitest';
import { expectReported, faultCases, nullRun, type FaultCase } from './fault-case.js';

/** Sends a signal when the run says that it goes on. */
function signalWhenRunning(signal: NodeJS.Signals): (child: ChildProcess) => void {
  return (child) => {
    const listen = (text: Buffer): void => {
      if (!/^1s of /m.test(text.toString())) return;
      child.stderr?.off('data', listen);
      child.kill(signal);
    };
    child.stderr?.on('data', listen);
  };
}

faultCases(
  'the first signal stops sending; the report is written, exit 130',
  (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((signal): FaultCase => ({
    name: signal,
    command: (place) => nullRun(place, 20),
    during: signalWhenRunning(signal),
    holds(end, place) {
      expect([end.code, end.signal]).toEqual([130, null]);
      expect(end.stderr).toContain('stopping: nothing more is sent; writing the report');
      const { outcomes } = expectReported(place).sections;
      expect(outcomes.unsent).toBeGreaterThan(1000);
      expect(outcomes.ok).toBeGreaterThan(50);
    },
  })),
);
