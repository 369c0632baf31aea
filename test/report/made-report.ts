import { foldSections } from '#src/collectors/registry';
import type { Report, RunSummary } from '#src/report';
import type { Plan, RunEnd } from '#src/run';
import type { SampleBlock } from '#src/sample';

export const RUN: RunSummary = {
  id: '20260101-000000-poisson-http',
  trace: { name: 'poisson', sha256: 'ab'.repeat(32), recipe: { process: 'poisson', seed: 7 } },
  backend: 'http',
  time: 'real',
  startedAt: '2026-01-01T00:00:00.000Z',
  durationMs: 10_000,
  endedMs: 10_120,
  interrupted: false,
  stopReason: null,
  workers: 2,
  pacing: { asked: 'auto', used: 'economic', why: 'too few CPUs' },
  speed: 1,
  window: { fromMs: 0, toMs: null },
  host: { cpu: 'some CPU', cpus: 2, node: '20.20.2' },
  sent: { payloads: 1, bytes: 12, sha256: 'cd'.repeat(32), shapes: [] },
  served: { modelSha256: 'ef'.repeat(32) },
  warmupMs: 0,
  timeoutMs: 30_000,
  seed: 7,
  options: { url: 'http://127.0.0.1:8080/', header: '(redacted)' },
  backendFacts: { connections: 12, protocol: 'http/1.1', reused: true },
  notes: [],
  replayVersion: '0.1.0',
};

/** The report of these samples, by the real fold. */
export async function madeReport(
  plan: Plan,
  blocks: readonly SampleBlock[],
  end: RunEnd,
  run: Partial<RunSummary> = {},
): Promise<{ report: Report; hlog: string }> {
  const fold = foldSections({ plan });
  for (const block of blocks) fold.add(block);
  const { sections, verdict, hlog } = fold.finish(end);
  const of = {
    durationMs: plan.durationMs,
    endedMs: end.endedMs,
    stopReason: end.stopReason,
    interrupted: end.interrupted,
  };
  return { report: { format: 1, run: { ...RUN, ...of, ...run }, verdict, sections }, hlog: hlog() };
}
