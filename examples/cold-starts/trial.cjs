// One cold start: the first invocation of a new process.
const { serveModel } = require(process.argv[2]);

const plane = Array.from({ length: 224 }, () => new Array(224).fill(1));
void serveModel({ instances: [[plane, plane, plane]] }).then(({ stages }) => {
  process.send(stages);
  process.disconnect();
});
