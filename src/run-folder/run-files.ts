/** The files a run leaves. */
export const RUN_FILES = {
  record: 'run.json',
  samples: 'samples.arrows',
  /** Columns of the trace that were kept beside the samples. */
  columns: 'columns.jsonl.gz',
  report: 'report.json',
  hlog: 'latency.hlog',
  html: 'report.html',
  cloud: 'cloud.json',
} as const;
