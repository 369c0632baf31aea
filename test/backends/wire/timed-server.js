// Answers each request after the delay its path names (ms), and notes the moments just before and after it was handed to the kernel.
import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const beforeMs = new Float64Array(workerData.beforeMs);
const afterMs = new Float64Array(workerData.afterMs);
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', (chunk) => {
    const [, index, delayMs] = /^GET \/(\d+)\/(\d+) /.exec(chunk.toString('latin1')) ?? [];
    setTimeout(() => {
      beforeMs[Number(index)] = nowMs();
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      afterMs[Number(index)] = nowMs();
    }, Number(delayMs));
  });
  socket.on('error', () => undefined);
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
