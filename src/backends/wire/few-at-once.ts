import type { BatchCall, Call } from '../backend.js';
import type { Sending } from './exchange.js';

const OPEN_CALLS = 32;

interface Sends {
  send(call: Call, sending: Sending): void;
  sendBatch(call: BatchCall, sending: Sending<BatchCall>): void;
}

/** A client of a stand-in that shares the thread and is slower than the rehearsal sends: calls beyond a few at once succeed without it. */
export function fewAtOnce<Client extends Sends>(client: Client): Client {
  let open = 0;
  const limited =
    <C extends Call>(send: (call: C, sending: Sending<C>) => void) =>
    (call: C, sending: Sending<C>): void => {
      if (open >= OPEN_CALLS) {
        call.settle({ ok: true });
        return;
      }
      open++;
      const told: Sending<C>['told'] = (answered, result) => {
        open--;
        sending.told(answered, result);
      };
      send(call, { ...sending, told });
    };
  const send = limited((call, sending) => {
    client.send(call, sending);
  });
  const sendBatch = limited((call: BatchCall, sending: Sending<BatchCall>) => {
    client.sendBatch(call, sending);
  });
  return { ...client, send, sendBatch };
}
