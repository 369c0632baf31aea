/** The public interface for programs: what a backend keeps to, and the line as functions. */
export type * from './backends/backend.js';
export type * from './clock.js';
export { EXIT, UserError } from './errors.js';
export { generate } from './generator/generate.js';
export { parseRecipe } from './generator/parse-recipe.js';
export { mmppModel, uniformJumps, type MmppModel } from './generator/mmpp-model.js';
export { mmppMoments, twoStateMoments, type MmppMoments } from './generator/mmpp-moments.js';
export type { Recipe } from './generator/recipe.js';
export { replay, type Progress, type ReplayRequest, type ReplayResult, type Surroundings } from './replay/replay.js';
export { reportAgain } from './replay/report-again.js';
export type * from './report.js';
export { renderReportJson } from './report/report-json.js';
export { renderReportText } from './report/report-text.js';
export type * from './run.js';
export { FAILURES, OUTCOMES, type ColdStart, type Failure, type Outcome, type SampleBatch } from './sample.js';
export type * from './trace.js';
export { readTrace, type ReadTraceOptions } from './trace-file/read-trace.js';
export { writeTrace, type TraceSink } from './trace-file/write-trace.js';
