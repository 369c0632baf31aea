// One stand-in of a service, as a process: fork('stand-in.js', [KIND, OPTIONS as JSON]) with IPC. It sends {url} when it is
// ready, answers each message with what it has counted so far, and ends with its parent.
const [kind, options] = process.argv.slice(2);
const { open } = await import(`./${kind}.js`);
const { url, counts, close } = await open(JSON.parse(options));

process.on('message', () => process.send(counts()));
process.once('disconnect', async () => {
  await close();
  process.exit();
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => undefined);
process.send({ url });
