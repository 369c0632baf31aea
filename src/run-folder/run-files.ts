/** The files a run leaves. */
export const RUN_FILES = {
  record: 'run.json',
  samples: 'samples.arrows',
  report: 'report.json',
  hlog: 'latency.hlog',
  html: 'report.html',
  cloud: 'cloud.json',
} as const;
