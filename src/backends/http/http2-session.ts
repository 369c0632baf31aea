import { type ClientHttp2Session, connect, type Settings } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';

/** A window of ours never holds an answer back: what comes is read at once. */
const WINDOW_BYTES = 2 ** 30;
/** MB that a session may hold before it refuses streams; the default of 10 is less than a few large requests. */
const SESSION_MEMORY_MB = 4096;
/** A service that has not said within this how many streams it takes is taken to allow what other clients assume. */
const SILENCE_MS = 1000;
const ASSUMED_STREAMS = 100;
/** Where the service names no limit: that of Go's client. */
const UNNAMED_LIMIT = 1000;
/** A connection that has ended is kept for at most this many turns of the loop, for answers in it that are not read yet. */
const MOST_TURNS_TO_READ = 100;

/** Node's client over this connection. */
export function openSession(origin: string, connection: Duplex): ClientHttp2Session {
  return connect(origin, {
    createConnection: () => connection,
    settings: { enablePush: false, initialWindowSize: WINDOW_BYTES },
    maxSessionMemory: SESSION_MEMORY_MB,
  });
}

/** Resolves when requests may be sent; rejects where the connection ends before. `closed` is called once, at its end. */
export async function connected(session: ClientHttp2Session, closed: () => void): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    session.once('connect', () => {
      resolve();
    });
    session.on('error', reject);
    session.once('close', () => {
      reject(new Error('closed while connecting'));
      closed();
    });
  });
  session.setLocalWindowSize(WINDOW_BYTES);
}

/**
 * Calls `announce` whenever the service says how many streams it takes at once, or once with what is assumed of a silent one.
 * Resolves after the first call, or when the session is closed.
 */
export function announcement(session: ClientHttp2Session, announce: (mostStreams: number) => void): Promise<void> {
  return new Promise((resolve) => {
    let isKnown = false;
    const know = (mostStreams: number): void => {
      isKnown = true;
      announce(mostStreams);
      resolve();
    };
    const assume = (): void => {
      if (!isKnown) know(ASSUMED_STREAMS);
    };
    // In the next turn: the settings may have come while this process was stopped.
    const silence = setTimeout(() => setImmediate(assume), SILENCE_MS).unref();
    session.on('remoteSettings', ({ maxConcurrentStreams = UNNAMED_LIMIT }: Settings) => {
      clearTimeout(silence);
      know(maxConcurrentStreams > 2 ** 31 ? UNNAMED_LIMIT : maxConcurrentStreams);
    });
    session.once('close', () => {
      clearTimeout(silence);
      resolve();
    });
  });
}

/** Calls `lost` when the service ends the connection, or it fails: then with the error. */
export function onLoss(socket: Socket, lost: (error: unknown) => void): void {
  socket.on('error', lost);
  for (const event of ['end', 'close'] as const)
    socket.on(event, () => {
      lost(undefined);
    });
}

/** Node's session reads nothing while a write of its own is under way: answers that came whole may still wait before it. */
export function endOnceRead(session: ClientHttp2Session, isUnread: () => boolean, turns = MOST_TURNS_TO_READ): void {
  if (session.destroyed) return;
  if (turns === 0 || !isUnread()) {
    session.destroy();
    return;
  }
  setImmediate(() => {
    endOnceRead(session, isUnread, turns - 1);
  });
}
