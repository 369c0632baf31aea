// Runs command lines one after the other in one process; prints what each did as JSON. argv[2]: the words of each.
import { main } from '../../dist/bundle/main.js';

process.stdout.setMaxListeners(0);
const write = process.stdout.write.bind(process.stdout);
const did = [];
for (const words of JSON.parse(process.argv[2])) {
  const one = { code: 0, stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'])
    process[name].write = (text, encoding, then = encoding) => {
      one[name] += text.toString();
      if (typeof then === 'function') then();
      return true;
    };
  process.exitCode = 0;
  await main(words);
  did.push({ ...one, code: process.exitCode });
}
process.exitCode = 0;
write(JSON.stringify(did));
