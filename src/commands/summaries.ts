/** What each command is for, in the order of the table; apart from the commands, so that a list of them loads none. */
export const SUMMARIES = {
  run: 'Replay a trace open loop against a serving system, and report.',
  generate: 'Make a trace from a seeded arrival process.',
  'trace import': 'Make a trace of an access log, a public data set, or results of another tool.',
  'trace inspect': 'Show what the traffic of a trace is like: rates, bursts, gaps, silences, instances needed.',
  'trace window': 'Cut a stretch of time out of a trace.',
  'trace thin': 'Keep each arrival with a probability.',
  'trace scale': 'Scale a trace to a mean rate, and say what that does to bursts.',
  'trace warp': 'Run the clock of a trace faster or slower, or along a curve.',
  'trace superpose': 'Lay traces over each other.',
  'trace sample': 'Keep the arrivals of a representative part of the functions or sessions.',
  'trace jitter': 'Move each arrival by a random time.',
  'trace anonymise': 'Replace texts by keyed hashes, and drop payloads and names.',
  'trace convert': 'Write a trace in another format: Parquet, and what AIPerf, vegeta and k6 replay.',
  estimate: 'Estimate what a trace would cost on a service, without sending anything.',
  backends: 'List the built-in backends and their options.',
  check: 'Try a backend with at most one request, and say what a run would meet.',
  calibrate: 'Measure how exact and how fast this machine is as an instrument.',
  report: 'Make the report of a run again, from its sample log.',
  compare: 'Compare runs: tables, intervals, the latency-cost frontier, a regression gate.',
  predict: 'Predict latency, success and cost of simulated systems for a trace, and how certain they are.',
  study: 'Compare systems for a workload and a model, simulated or live, and say which to choose.',
  'system list': 'List the serving systems that can be simulated.',
  'system show': 'Show what a simulated system is made of: every number with its range and source.',
  'system probe': 'Send a few small runs to a real service that show what a simulation of it needs.',
  'system fit': 'Fit a simulated system to own runs.',
  'system score': 'Put the prediction of a simulated system beside a real run.',
  serve: 'Serve an ONNX model on this machine over the protocols of model servers.',
  export: 'Write the samples of a run as CSV, JSON lines or Parquet.',
  init: 'Write a commented file of flags, for replay --config.',
  completion: 'Print a script that completes commands, flags and values in a shell.',
} as const;

/** Commands of two words, by their first; the names of the commands hold both. */
export const TOPICS = {
  trace: 'Import traffic, show what it is like, fit processes to it, and change traces.',
  system: 'Simulate serving systems: the shipped ones, and your own from small real runs.',
} as const;
