/** What an answer is made of, so that what is read can be compared with what was meant. */
export interface MadeAnswer {
  readonly bytes: Uint8Array;
  readonly status: number;
  readonly body: string;
  readonly keepAlive: boolean;
  /** The answer ends with the connection. */
  readonly untilClose: boolean;
}

export type Draw = (below: number) => number;

export function createDraw(seed: number): Draw;
export function makeAnswer(draw: Draw): MadeAnswer;
export function damage(bytes: Uint8Array, draw: Draw): Uint8Array;
