import type { ChildProcess } from 'node:child_process';
import { expect } from 'vitest';
import { readRecord } from '#src/run-folder/read-record';
import { readSamples } from '#src/run-folder/read-samples';
import { expectConserved, runCli } from '../support/run-cli.js';
import type { Report } from '#src/report';
import type { FaultCase } from './fault-case.js';

/** kill -9 of a run of 2,000/s, `afterMs` behind its first second: at most the last `lostMs` of what was answered is missing. */
export function killLoss(name: string, afterMs: number, lostMs: number): FaultCase {
  let killedNs = 0n;
  return {
    name,
    command: ({ out }) => {
      const load = ['--rate', '2000/s', '--duration', '30s', '--backend', 'null', '--pacing', 'economic'];
      return [...load, '--out', out];
    },
    during: afterFirstSecond(afterMs, (child) => {
      killedNs = process.hrtime.bigint();
      child.kill('SIGKILL');
    }),
    async holds({ signal }, { out }) {
      expect(signal).toBe('SIGKILL');
      const killedMs = (Number(killedNs) - readRecord(out).startMonotonicNs) / 1e6;
      let lastMs = 0;
      for await (const { rows, doneMs } of readSamples(out))
        for (let i = 0; i < rows; i++) lastMs = Math.max(lastMs, doneMs[i] ?? 0);
      expect(killedMs - lastMs).toBeLessThan(lostMs);
      const report = JSON.parse((await runCli(['report', out, '--json'])).stdout) as Report;
      expectConserved(report);
      expect(report.verdict.valid).toBe(false);
      expect(report.sections.outcomes.failures.unknown).toBeGreaterThan(1000);
    },
  };
}

function afterFirstSecond(ms: number, act: (child: ChildProcess) => void): (child: ChildProcess) => void {
  return (child) => {
    const listen = (text: Buffer): void => {
      if (!/^1s of /m.test(text.toString())) return;
      child.stderr?.off('data', listen);
      setTimeout(() => {
        act(child);
      }, ms);
    };
    child.stderr?.on('data', listen);
  };
}
