const flat = '^src/[^/]+\\.ts$';
const own = (folder) => `^src/${folder}/`;
const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
const composition =
  '^src/replay/(replay|until-valid|replay-request|first-record|conduct|rehearsal-sinks|stopper|conclude|report-again|write-page|write-report|cloud-of-run|collect-cloud|check-metrics)\\.ts$';
/** A third-party package and the one place that imports it. */
const home = (name, place) =>
  rule(
    `${name}-has-one-home`,
    `${name} is imported in ${place} alone: use what that offers.`,
    { path: '^src/', pathNot: place },
    { path: `node_modules/${name}/` },
  );

module.exports = {
  forbidden: [
    rule(
      'no-cycles',
      'Stages follow each other: move what both need to a flat file. (Completion prints the table that it stands in.)',
      { path: '^src/', pathNot: '^src/commands/(completion|index)\\.ts$' },
      { circular: true },
    ),
    rule(
      'flat-files-are-the-vocabulary',
      'A flat file imports flat files only; index and testing are the public face.',
      { path: flat, pathNot: '^src/(index|testing)\\.ts$' },
      { path: '^src/', pathNot: flat },
    ),
    rule(
      'generator-is-pure',
      'A generator knows flat files and itself.',
      { path: own('generator') },
      { path: '^src/', pathNot: [flat, own('generator')] },
    ),
    rule(
      'trace-file-stands-alone',
      'The trace file knows flat files and itself.',
      { path: own('trace-file') },
      { path: '^src/', pathNot: [flat, own('trace-file')] },
    ),
    rule(
      'calibration-is-a-run',
      'Calibrating knows flat files, itself and the run as a whole.',
      { path: own('calibrate') },
      { path: '^src/', pathNot: [flat, own('calibrate'), '^src/replay/replay\\.ts$'] },
    ),
    rule(
      'checking-is-a-dry-run',
      'A dry run knows flat files, itself, contracts and registries, the plan of a run and the fold of its cost.',
      { path: own('check') },
      {
        path: '^src/',
        pathNot: [
          flat,
          own('check'),
          '^src/backends/(backend|invoked|registry)\\.ts$',
          '^src/replay/(check-batches|check-payload-requests|environment-options|hide-secrets|make-plan|read-options|redact-options|schedule|secrets-of-options|system-clock)\\.ts$',
          '^src/collectors/(assumed-samples|cost)\\.ts$',
        ],
      },
    ),
    rule(
      'comparing-reads-runs',
      'Comparing knows flat files, itself, the run folder, the buckets of latencies, the random numbers, how reports are written, and (to make runs) the run as a whole.',
      { path: own('compare') },
      {
        path: '^src/',
        pathNot: [
          flat,
          own('compare'),
          own('run-folder'),
          '^src/collectors/(log-histogram|nearest-rank)\\.ts$',
          '^src/generator/random\\.ts$',
          '^src/report/(format-duration|wrap-text|html/[^/]+)\\.ts$',
          '^src/replay/(replay|until-valid)\\.ts$',
        ],
      },
    ),
    rule(
      'only-a-series-makes-runs',
      'What compares runs is pure: run-series.ts alone makes some.',
      { path: own('compare'), pathNot: '^src/compare/run-series\\.ts$' },
      { path: own('replay') },
    ),
    rule(
      'predicting-is-pure',
      'A prediction knows flat files, itself, the simulated systems, arrivals and random numbers, and the grammar of thresholds.',
      { path: own('predict') },
      {
        path: '^src/',
        pathNot: [
          flat,
          own('predict'),
          own('systems'),
          own('generator'),
          '^src/gate/(parse-threshold|threshold)\\.ts$',
        ],
      },
    ),
    rule(
      'a-study-puts-cells-together',
      'A study knows flat files, itself, predictions and simulated systems, runs as a comparison makes and reads them, and how pages are written.',
      { path: own('study') },
      {
        path: '^src/',
        pathNot: [
          flat,
          own('study'),
          own('predict'),
          own('systems'),
          own('run-folder'),
          '^src/config/read-yaml-file\\.ts$',
          '^src/gate/parse-threshold\\.ts$',
          '^src/generator/random\\.ts$',
          '^src/compare/(frontier|run-series|html/(axis|scatter|inks|compare-style))\\.ts$',
          '^src/report/(format-duration|markdown|wrap-text|html/[^/]+)\\.ts$',
          '^src/replay/replay\\.ts$',
        ],
      },
    ),
    rule(
      'serving-stands-alone',
      'The server knows flat files, itself, the sessions of the ONNX backend and what backends share.',
      { path: own('serve') },
      { path: '^src/', pathNot: [flat, own('serve'), own('backends/onnx'), own('backends/shared')] },
    ),
    rule(
      'cloud-reads',
      'What reads the meters of a cloud knows flat files, itself, what backends share, and how a report of Lambda is parsed.',
      { path: own('cloud') },
      {
        path: '^src/',
        pathNot: [flat, own('cloud'), own('backends/shared'), '^src/backends/lambda/parse-log-tail\\.ts$'],
      },
    ),
    rule(
      'report-is-pure',
      'Rendering knows flat files and itself.',
      { path: own('report') },
      { path: '^src/', pathNot: [flat, own('report')] },
    ),
    rule(
      'config-stands-alone',
      'What a file or the environment says is read without a command: flat files and itself.',
      { path: own('config') },
      { path: '^src/', pathNot: [flat, own('config')] },
    ),
    rule(
      'an-export-reads-a-run',
      'An export knows flat files, itself and the run folder.',
      { path: own('export') },
      { path: '^src/', pathNot: [flat, own('export'), own('run-folder')] },
    ),
    rule(
      'a-run-folder-is-files',
      'What a run leaves is read and written here: flat files, itself and the sample log.',
      { path: own('run-folder') },
      { path: '^src/', pathNot: [flat, own('run-folder'), '^src/collectors/sample-log\\.ts$'] },
    ),
    rule(
      'gate-is-pure',
      'What is asked of a run knows flat files and itself: numbers are handed to it.',
      { path: own('gate') },
      { path: '^src/', pathNot: [flat, own('gate')] },
    ),
    rule(
      'the-live-view-is-pure',
      'The live view knows flat files, itself, and how the report writes a length of time.',
      { path: own('live') },
      { path: '^src/', pathNot: [flat, own('live'), '^src/report/format-duration\\.ts$'] },
    ),
    rule(
      'metrics-stand-alone',
      'Metrics for other systems know flat files and themselves.',
      { path: own('metrics') },
      { path: '^src/', pathNot: [flat, own('metrics')] },
    ),
    rule(
      'collectors-fold',
      'A collector knows flat files and its own folder; the registry also renders the histogram log.',
      { path: own('collectors') },
      { path: '^src/', pathNot: [flat, own('collectors'), '^src/report/hlog\\.ts$'] },
    ),
    rule(
      'systems-are-pure',
      'Simulated systems know flat files and themselves, how quantities are billed and latencies counted; two doors read: a YAML file, and the service times of a run.',
      { path: own('systems') },
      {
        path: '^src/',
        pathNot: [
          flat,
          own('systems'),
          own('run-folder'),
          '^src/config/read-bounded\\.ts$',
          '^src/collectors/(log-histogram|histogram|nearest-rank|moments|capacity|price|price-sheets|tariff|metered-cost|sample-log)\\.ts$',
        ],
      },
    ),
    rule(
      'backends-are-strangers',
      'A backend knows the contract and shared/, never another backend.',
      { path: '^src/backends/([^/.]+)' },
      {
        path: '^src/',
        pathNot: [
          flat,
          '^src/backends/backend\\.ts$',
          '^src/backends/shared/',
          '^src/backends/$1(/|\\.ts$)',
          own('systems'),
          '^src/trace-file/read-trace\\.ts$',
        ],
      },
    ),
    rule(
      'one-backend-simulates',
      'Only the simulated backend runs simulated systems, and reads the trace that came before.',
      { path: own('backends'), pathNot: '^src/backends/simulated' },
      { path: [own('systems'), own('trace-file')] },
    ),
    rule(
      'replay-knows-contracts',
      'The engine knows contracts and registries.',
      { path: own('replay'), pathNot: composition },
      { path: '^src/', pathNot: [flat, own('replay'), own('run-folder'), '^src/backends/(backend|registry)\\.ts$'] },
    ),
    rule(
      'composition-knows-folds',
      'Only the line (replay.ts with replay-request.ts, first-record.ts, conduct.ts, rehearsal-sinks.ts, stopper.ts and conclude.ts), report-again.ts, check-metrics.ts, the two that write and the two of the cloud put engine, folds and report together.',
      { path: composition },
      {
        path: '^src/',
        pathNot: [
          flat,
          own('replay'),
          own('run-folder'),
          '^src/backends/(backend|registry)\\.ts$',
          '^src/collectors/(registry|sample-log|cloud)\\.ts$',
          '^src/gate/((judge|watch)-thresholds|parse-threshold)\\.ts$',
          own('cloud'),
          '^src/report/(report-json|html/(read-page-assets|render-report-html))\\.ts$',
        ],
      },
    ),
    rule(
      'only-bin-knows-commands',
      'A command parses and calls one function; nobody calls a command. (The library takes the flags of run, and their defaults.)',
      { path: '^src/', pathNot: [own('commands'), '^src/library/run\\.ts$'] },
      { path: own('commands') },
    ),
    rule('nothing-unreachable', 'Nobody imports it: delete it.', { path: '^src/', orphan: true }, {}),
    home('undici', '^src/backends/shared/'),
    home('onnxruntime-node', '^src/backends/onnx/'),
    home('@aws-sdk', '^src/(backends/(lambda|sagemaker)|cloud)/'),
    home('google-auth-library', '^src/backends/shared/google-'),
    home('@grpc/grpc-js', '^src/(backends/(shared|ai-platform|tf-serving)|serve)/'),
    home('apache-arrow', '^src/collectors/'),
    home('prom-client', '^src/metrics/'),
    home('@opentelemetry', '^src/metrics/'),
    home('uplot', '^src/report/html/'),
    home('@grpc/proto-loader', '^src/backends/shared/'),
    home('hdr-histogram-js', '^src/collectors/'),
    home('yaml', '^src/(config|systems)/'),
    home('minizlib', '^src/backends/shared/encoded-body\\.ts$'),
    home('hyparquet', '^src/export/'),
    home('hyparquet-writer', '^src/export/'),
    home('@oclif/core', '^src/commands/'),
    home('import-meta-resolve', '^src/backends/registry\\.ts$'),
  ].map((one) =>
    one.name === 'nothing-unreachable'
      ? {
          ...one,
          from: {
            path: '^src/',
            orphan: true,
            pathNot:
              '(worker|draw-thread|pacing-thread|session-thread|watchdog-thread|end-process|sink-thread|google-token-thread|null|main)\\.ts$',
          },
        }
      : one,
  ),
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};
