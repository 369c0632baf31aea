import { isUserError } from '#src/errors';
import { imported } from './imported.js';

/** Beginnings of sources of each kind, which are damaged at random places. */
const SEEDS = [
  'ts,model,input_tokens\n2023-11-16T18:15:46Z,a,1\n2023-11-16T18:15:47.5Z,"b,c",2\n',
  'app,func,end_timestamp,duration\na,f,10.5,10.25\nb,f,11,0.1\n',
  'HashOwner,HashApp,HashFunction,Trigger,1,2\no,a,f,http,2,0\n',
  '{"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [46, 47]}\n{"timestamp": 30535, "input_length": 1, "output_length": 2}\n',
  '1.2.3.4 - - [16/Nov/2023:18:15:46 +0100] "GET /b HTTP/1.1" 502 7 "http://r/" "z" 0.250\n',
  '#Version: 1.0\n#Fields: date time cs-method cs-uri-stem sc-status time-taken\n2019-12-04\t21:02:31\tGET\t/i\t200\t0.5\n',
  '{"log": {"version": "1.2", "entries": [{"startedDateTime": "2023-11-16T19:15:46.680+01:00", "time": 50.5, "request": {"method": "GET", "url": "https://h/a"}, "response": {"status": 200}}]}}\n',
  '2023-11-16T18:15:46.680Z REPORT RequestId: 1\tDuration: 12.34 ms\tBilled Duration: 13 ms\n',
  '0,1.33,8.5,Weibull,0.37,0.39\n600,0,0,,,\n',
  '0.5\n0.25\n1e-3\n',
];
const BYTES = [0, 9, 10, 13, 32, 34, 44, 45, 46, 48, 57, 58, 59, 91, 92, 93, 101, 123, 125, 127, 195, 239, 255];

/** Every damaged source is imported, or refused with one line that a user can act on. */
export async function expectRefusedImports(cases: number, seed: number): Promise<void> {
  let state = seed;
  const below = (n: number): number => (state = (state * 48_271) % 2_147_483_647) % n;
  for (let i = 0; i < cases; i++) {
    const bytes = damaged(Buffer.from(SEEDS[below(SEEDS.length)] ?? ''), below);
    try {
      const { rows } = await imported(
        bytes,
        { skipBad: below(2) === 0, requests: below(4) === 0, within: 'uniform' },
        1 + below(80),
      );
      // Times are sorted and finite whatever stood there.
      for (const [at, row] of rows.entries())
        if (!(row.atMs >= (rows[at - 1]?.atMs ?? 0) && row.atMs <= 1e12))
          throw new Error(`arrival at ${String(row.atMs)}`);
    } catch (thrown) {
      const isFine = isUserError(thrown) && !/[\n\r\u0000]/.test(thrown.message) && thrown.message.length < 700;
      if (!isFine)
        throw new Error(
          `${JSON.stringify(bytes.toString('latin1'))}\n${String(thrown instanceof Error ? thrown.stack : thrown)}`,
        );
    }
  }
}

function damaged(bytes: Buffer, below: (n: number) => number): Buffer {
  let made = bytes;
  for (let left = 1 + below(4); left > 0; left--) {
    const at = below(made.length + 1);
    const byte = Buffer.from([BYTES[below(BYTES.length)] ?? 0]);
    const kind = below(4);
    if (kind === 0) made = Buffer.concat([made.subarray(0, at), byte, made.subarray(at)]);
    else if (kind === 1) made = Buffer.concat([made.subarray(0, at), made.subarray(at + 1 + below(8))]);
    else if (kind === 2)
      made = Buffer.concat([
        made.subarray(0, at),
        made.subarray(below(made.length + 1), below(made.length + 1)),
        made.subarray(at),
      ]);
    else made = Buffer.concat([made.subarray(0, at), byte, made.subarray(Math.min(made.length, at + 1))]);
  }
  return made;
}
