// Answers each request after the delay its path names (ms), and notes when the answer was handed to the kernel.
import { createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

const handedMs = new Float64Array(workerData.handedMs);
const nowMs = () => Number(process.hrtime.bigint()) / 1e6;

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', (chunk) => {
    const [, index, delayMs] = /^GET \/(\d+)\/(\d+) /.exec(chunk.toString('latin1')) ?? [];
    setTimeout(() => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      handedMs[Number(index)] = nowMs();
    }, Number(delayMs));
  });
  socket.on('error', () => undefined);
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
