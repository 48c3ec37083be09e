/** What one client may ask of a connection before anything of a request is read into memory. */
export interface ConnectionLimits {
  /** Bytes of a request's line and headers together. Default 16 KiB. */
  readonly headerBytes: number;
  /** Headers of a request. Default 100. */
  readonly headers: number;
  /** Characters of a request's target. Default 8192. */
  readonly urlLength: number;
  /** Connections at the same time; more are closed at once. Default: by the files that this process may open. */
  readonly connections: number;
  /** Milliseconds for the headers of a request to come, from the first byte or the connection's start. Default 20 s. */
  readonly headersMs: number;
  /** Milliseconds for a whole request to come, body included. Default 60 s. */
  readonly receiveMs: number;
  /** Milliseconds that a connection may stay without a request. Default 65 s: longer than load balancers keep theirs. */
  readonly keepAliveMs: number;
  /** Milliseconds that a client may take none of the bytes which wait for it. Default 60 s. */
  readonly sendMs: number;
}

/** What a server lets clients have unless it is told otherwise. */
export const DEFAULT_LIMITS: Omit<ConnectionLimits, "connections"> = {
  headerBytes: 16 * 1024,
  headers: 100,
  urlLength: 8192,
  headersMs: 20_000,
  receiveMs: 60_000,
  keepAliveMs: 65_000,
  sendMs: 60_000,
};

/**
 * How often deadlines are looked at, in milliseconds: so that the shortest is overrun by a quarter at most, and by a half
 * where the connection was in the fast lane when its time began.
 */
export function checkingInterval({ headersMs, receiveMs }: ConnectionLimits): number {
  const shortest = Math.min(...[headersMs, receiveMs].filter((milliseconds) => milliseconds > 0), 4000);
  return Math.max(10, shortest / 4);
}
