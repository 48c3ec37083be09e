/** The body of a request and what it is written in. */
export interface ExecuteRequest {
  readonly bytes: Uint8Array;
  readonly media: MediaType;
}

/** The body formats that can be decoded. */
export type MediaType = "application/json";

export interface Reply {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  /** Rows of the request, where the batch has rows. */
  readonly rows: number | undefined;
}

/**
 * Answers one request after another: bytes in, bytes out.
 *
 * On the main thread and in a worker process alike, so that whoever serves cannot tell the difference.
 */
export interface Executor extends AsyncDisposable {
  execute(request: ExecuteRequest, signal: AbortSignal): Promise<Reply>;
}
