// Loaded ahead of a server that takes a free port and does not say which: its parent hears of it.
const { Server } = require('node:net');

const { listen } = Server.prototype;
Server.prototype.listen = function (...args) {
  this.once('listening', () => process.send(this.address().port));
  return listen.apply(this, args);
};
