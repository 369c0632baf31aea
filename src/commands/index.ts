import { Backends } from './backends.js';
import { Calibrate } from './calibrate.js';
import { Check } from './check.js';
import { Compare } from './compare.js';
import { Completion } from './completion.js';
import { Estimate } from './estimate.js';
import { Export } from './export.js';
import { Generate } from './generate.js';
import { Init } from './init.js';
import { Predict } from './predict.js';
import { ReportAgain } from './report.js';
import { Run } from './run.js';
import { Serve } from './serve.js';
import { Study } from './study.js';
import type { SUMMARIES } from './summaries.js';
import { SystemFit } from './system/fit.js';
import { SystemList } from './system/list.js';
import { SystemProbe } from './system/probe.js';
import { SystemScore } from './system/score.js';
import { SystemShow } from './system/show.js';
import { TraceFit } from './trace/fit.js';
import { TraceImport } from './trace/import.js';
import { TraceWindow } from './trace/window.js';
import { TraceThin } from './trace/thin.js';
import { TraceScale } from './trace/scale.js';
import { TraceWarp } from './trace/warp.js';
import { TraceSuperpose } from './trace/superpose.js';
import { TraceSample } from './trace/sample.js';
import { TraceJitter } from './trace/jitter.js';
import { TraceAnonymise } from './trace/anonymise.js';
import { TraceConvert } from './trace/convert.js';
import { TraceInspect } from './trace/inspect.js';

/** The command table. */
export const COMMANDS = {
  run: Run,
  generate: Generate,
  'trace import': TraceImport,
  'trace inspect': TraceInspect,
  'trace window': TraceWindow,
  'trace thin': TraceThin,
  'trace scale': TraceScale,
  'trace warp': TraceWarp,
  'trace superpose': TraceSuperpose,
  'trace sample': TraceSample,
  'trace jitter': TraceJitter,
  'trace anonymise': TraceAnonymise,
  'trace convert': TraceConvert,
  'trace fit': TraceFit,
  estimate: Estimate,
  backends: Backends,
  check: Check,
  calibrate: Calibrate,
  report: ReportAgain,
  compare: Compare,
  predict: Predict,
  study: Study,
  'system list': SystemList,
  'system show': SystemShow,
  'system probe': SystemProbe,
  'system fit': SystemFit,
  'system score': SystemScore,
  serve: Serve,
  export: Export,
  init: Init,
  completion: Completion,
} satisfies Record<keyof typeof SUMMARIES, unknown>;
