// Stands for your service: answers after 5 ms on PORT.
import { createServer } from 'node:http';

createServer((request, response) => {
  request.resume();
  setTimeout(() => response.end('{}'), 5);
}).listen(Number(process.env.PORT ?? 8080), '127.0.0.1');
