import type { ChildProcess } from 'node:child_process';
import { type Finished, spawnCli } from './run-cli.js';

export interface ServeProcess {
  readonly child: ChildProcess;
  readonly firstLine: string;
  /** `http://host:port`. */
  readonly rest: string;
  /** `host:port`. */
  readonly grpc: string;
  readonly finished: Promise<Finished>;
}

/** `replay serve` of the built command line on free ports, once it says that it is ready. */
export async function startServe(args: readonly string[]): Promise<ServeProcess> {
  let child: ChildProcess | undefined;
  let finished: Promise<Finished> | undefined;
  const firstLine = await new Promise<string>((resolve, reject) => {
    finished = spawnCli(['serve', '--port', '0', '--grpc-port', '0', ...args], (started) => {
      child = started;
      started.stdout?.once('data', (bytes: Buffer) => {
        resolve(bytes.toString().trimEnd());
      });
    });
    void finished.then(({ stderr }) => {
      reject(new Error(`replay serve ended: ${stderr}`));
    });
  });
  const [, rest = '', grpc = ''] = /REST (\S+), gRPC (\S+)$/.exec(firstLine) ?? [];
  return {
    child: child as unknown as ChildProcess,
    firstLine,
    rest,
    grpc,
    finished: finished as unknown as Promise<Finished>,
  };
}
