import { createServer, type AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';

const ANSWER = Buffer.from('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');

/** A server in a thread of its own that answers at once whatever comes: requests of a calibration arrive whole. Posts its port. */
if (parentPort !== null) {
  const port = parentPort;
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('data', () => socket.write(ANSWER));
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1', () => {
    port.postMessage((server.address() as AddressInfo).port);
  });
}
