import type { Call } from '../backend.js';
import type { Sending } from '../wire/exchange.js';
import type { Client } from './http-client.js';

const OPEN_CALLS = 32;

/** A client of a stand-in that shares the thread and is slower than the rehearsal sends: calls beyond a few at once succeed without it. */
export function fewAtOnce(client: Client): Client {
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
  return { ...client, send: limited(client.send), sendBatch: limited(client.sendBatch) };
}
