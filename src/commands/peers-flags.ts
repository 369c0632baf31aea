/** What other tools call a flag, and what does it here. Only asked about flags that a command does not have. */
const PEERS: readonly (readonly [flags: readonly string[], here: string])[] = [
  [['-X', '--request', '-m'], 'write --method POST'],
  [
    ['--data', '--data-raw', '--data-binary', '--data-ascii', '--body-file', '-D', '--post-data'],
    'write --body \'{"x":1}\', or --body @FILE',
  ],
  [['--targets', '--body-lines'], 'write --payload FILE.jsonl, a body a line, or give a trace'],
  [
    ['--vus', '--users', '-u', '--max-vus', '--concurrency', '-C', '--max-workers', '--pre-allocated-vus'],
    'there are no virtual users: --rate sets the load, and --max-in-flight N limits the requests that are open at once',
  ],
  [['-t'], 'write --workers N for threads, --timeout 10s for a limit, --duration 30s for a length'],
  [['--threads', '-T', '--worker-threads', '--cpus'], 'write --workers N'],
  [['--time-limit', '--request-timeout', '--connect-timeout', '-s'], 'write --timeout 10s'],
  [['-z', '--run-time', '--time-limit', '--length'], 'write --duration 30s'],
  [
    ['--qps', '-r', '--rps', '--throughput', '--arrival-rate', '--overallRate', '--connectionRate'],
    'write --rate 50/s',
  ],
  [
    ['--stage', '--ramp', '--ramp-up', '--spawn-rate', '--hatch-rate', '--stages'],
    'write --stages 0s:0,30s:200,1m:200 with replay run, the rate at each time',
  ],
  [['-i', '--iterations', '-a', '--amount', '--count', '--num', '--shared-iterations'], 'write --requests N'],
  [
    ['--script', '--lua', '--scenario', '--executor'],
    'there are no scripts; a trace, --payload and --header say what is sent',
  ],
  [['-A', '--accept'], "write --header 'accept: application/json'"],
  [['--content-type'], "write --header 'content-type: application/json'"],
  [['--user-agent'], "write --header 'user-agent: NAME'"],
  [['--cookie'], "write --header 'cookie: NAME=VALUE'"],
  [['--user', '--basic-auth', '--auth'], 'write http://user:password@host in --url'],
  [['--host', '--target', '--address', '--endpoint', '--uri'], 'write --url http://host:port/path'],
  [
    ['--insecure-skip-tls-verify', '--no-check-certificate', '--no-verify', '--skip-verify', '--disable-cert-check'],
    'write --insecure, or -k',
  ],
  [['--root-certs', '--ca'], 'write --cacert FILE.pem'],
  [['-x', '--proxy'], 'write --set client=undici --set proxy=http://host:port'],
  [['--h2', '--http2-prior-knowledge', '--http-version'], 'write --http2'],
  [['-L', '--u_latency', '--hdr', '--percentiles', '--histogram'], 'write --latency'],
  [['--csv', '--out-csv', '--dump'], 'write --format csv'],
  [
    ['--summary-export', '--output-format', '--report', '--html-report'],
    'write --json, --summary FILE or --junit FILE',
  ],
  [['--headless', '--no-tui', '--only-summary', '--silent', '--no-progress'], 'write --quiet'],
  [['-v', '--verbose', '--debug'], 'a run shows its progress unless --quiet is given'],
  [['-e', '--env'], "a flag's value can stand in REPLAY_RUN_NAME, and ${NAME} in a --config file"],
  [['--follow', '--redirects', '--max-redirects', '--location'], 'redirects are not followed; give the final --url'],
  [['-p', '--pipelining'], 'requests are not pipelined; -b @FILE gives a body, --connections N limits connections'],
  [['--keepalive', '-K'], 'connections are kept open already'],
  [['--name'], 'write --tag name=VALUE'],
];

/** What does here what a flag of another tool does, as an order; undefined for a flag that no tool is known to have. */
export function hereFor(flag: string): string | undefined {
  return PEERS.find(([flags]) => flags.includes(flag))?.[1];
}
