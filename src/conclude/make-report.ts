import type { Report, RunSummary, Verdict } from '../report.js';
import type { RunRecord } from '../run.js';

/** Puts a report together from the record of the run and the folds over its samples. The record must have an end. */
export function makeReport(record: RunRecord, sections: Report['sections'], verdict: Verdict): Report {
  return { format: 1, run: summarise(record), verdict, sections };
}

function summarise(record: RunRecord): RunSummary {
  const { trace, plan, window, end, host, versions, sent, served } = record;
  return {
    id: record.id,
    trace: { name: trace.name, sha256: trace.sha256, recipe: trace.recipe },
    backend: record.backend,
    time: record.time,
    startedAt: record.startedAt,
    durationMs: plan.durationMs,
    endedMs: end?.endedMs ?? 0,
    interrupted: end?.interrupted ?? false,
    stopReason: end?.stopReason ?? null,
    workers: record.workers,
    pacing: record.pacing,
    speed: window.speed,
    window: { fromMs: window.fromMs, toMs: window.toMs },
    ...(sent && { sent: { payloads: sent.payloads, bytes: sent.bytes, sha256: sent.sha256, shapes: sent.shapes } }),
    ...(served && { served }),
    ...(Object.keys(host).length === 0 ? {} : { host: { ...host, node: versions['node'] ?? 'unknown' } }),
    warmupMs: plan.warmupMs,
    timeoutMs: plan.timeoutMs,
    seed: record.seed,
    ...(record.tags === undefined ? {} : { tags: record.tags }),
    options: record.options,
    backendFacts: record.backendFacts,
    notes: record.notes,
    replayVersion: versions['replay'] ?? 'unknown',
  };
}
