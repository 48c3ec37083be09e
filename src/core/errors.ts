interface ErrorRow {
  /** HTTP status of an answer that fails so. */
  readonly status: number;
  /** MLflow's name for it, the answer's `error_code`. */
  readonly errorCode: string;
  /** Exit code of the command line. */
  readonly exit: number;
}

/** What a failure costs the command line: see docs/errors.md. */
export const EXIT = { failure: 1, usage: 2, model: 3, input: 4, environment: 5 } as const;

/** Every way in which mlserve fails: its HTTP status, MLflow's `error_code`, and the exit code. Told in docs/errors.md. */
export const ERRORS = {
  // The caller's request.
  invalid_json: { status: 400, errorCode: "BAD_REQUEST", exit: EXIT.input },
  invalid_body: { status: 400, errorCode: "BAD_REQUEST", exit: EXIT.input },
  cast_failed: { status: 400, errorCode: "BAD_REQUEST", exit: EXIT.input },
  schema_mismatch: { status: 400, errorCode: "INVALID_PARAMETER_VALUE", exit: EXIT.input },
  invalid_params: { status: 400, errorCode: "INVALID_PARAMETER_VALUE", exit: EXIT.input },
  model_rejected_input: { status: 400, errorCode: "BAD_REQUEST", exit: EXIT.input },
  request_aborted: { status: 400, errorCode: "BAD_REQUEST", exit: EXIT.input },
  malformed_request: { status: 400, errorCode: "BAD_REQUEST", exit: EXIT.input },
  unauthorized: { status: 401, errorCode: "UNAUTHENTICATED", exit: EXIT.input },
  host_not_allowed: { status: 403, errorCode: "PERMISSION_DENIED", exit: EXIT.input },
  not_found: { status: 404, errorCode: "ENDPOINT_NOT_FOUND", exit: EXIT.input },
  method_not_allowed: { status: 405, errorCode: "BAD_REQUEST", exit: EXIT.input },
  not_acceptable: { status: 406, errorCode: "BAD_REQUEST", exit: EXIT.input },
  request_timeout: { status: 408, errorCode: "BAD_REQUEST", exit: EXIT.input },
  body_too_large: { status: 413, errorCode: "BAD_REQUEST", exit: EXIT.input },
  uri_too_long: { status: 414, errorCode: "BAD_REQUEST", exit: EXIT.input },
  unsupported_media_type: { status: 415, errorCode: "BAD_REQUEST", exit: EXIT.input },
  expectation_failed: { status: 417, errorCode: "BAD_REQUEST", exit: EXIT.input },
  rate_limited: { status: 429, errorCode: "REQUEST_LIMIT_EXCEEDED", exit: EXIT.input },
  headers_too_large: { status: 431, errorCode: "BAD_REQUEST", exit: EXIT.input },
  not_implemented: { status: 501, errorCode: "BAD_REQUEST", exit: EXIT.input },
  unsupported_http_version: { status: 505, errorCode: "BAD_REQUEST", exit: EXIT.input },
  // The server's side of a request.
  model_failed: { status: 500, errorCode: "MODEL_ERROR", exit: EXIT.failure },
  internal: { status: 500, errorCode: "INTERNAL_ERROR", exit: EXIT.failure },
  worker_lost: { status: 500, errorCode: "MODEL_ERROR", exit: EXIT.failure },
  overloaded: { status: 503, errorCode: "TEMPORARILY_UNAVAILABLE", exit: EXIT.failure },
  body_not_taken: { status: 503, errorCode: "TEMPORARILY_UNAVAILABLE", exit: EXIT.failure },
  shutting_down: { status: 503, errorCode: "TEMPORARILY_UNAVAILABLE", exit: EXIT.failure },
  timeout: { status: 504, errorCode: "DEADLINE_EXCEEDED", exit: EXIT.failure },
  // Models and packages.
  model_not_found: { status: 500, errorCode: "RESOURCE_DOES_NOT_EXIST", exit: EXIT.model },
  invalid_package: { status: 500, errorCode: "INTERNAL_ERROR", exit: EXIT.model },
  checksum_mismatch: { status: 500, errorCode: "INTERNAL_ERROR", exit: EXIT.model },
  untrusted_package: { status: 500, errorCode: "INTERNAL_ERROR", exit: EXIT.model },
  invalid_descriptor: { status: 500, errorCode: "INTERNAL_ERROR", exit: EXIT.model },
  invalid_model: { status: 500, errorCode: "INTERNAL_ERROR", exit: EXIT.model },
  unsupported_model: { status: 500, errorCode: "INTERNAL_ERROR", exit: EXIT.model },
  unknown_flavor: { status: 500, errorCode: "INTERNAL_ERROR", exit: EXIT.model },
  load_timeout: { status: 500, errorCode: "INTERNAL_ERROR", exit: EXIT.model },
  invalid_image: { status: 500, errorCode: "INTERNAL_ERROR", exit: EXIT.model },
  // The machine and the command line.
  flavor_unavailable: { status: 500, errorCode: "INTERNAL_ERROR", exit: EXIT.environment },
  port_unavailable: { status: 500, errorCode: "INTERNAL_ERROR", exit: EXIT.environment },
  file_system: { status: 500, errorCode: "INTERNAL_ERROR", exit: EXIT.environment },
  registry_failed: { status: 500, errorCode: "INTERNAL_ERROR", exit: EXIT.environment },
  machine_unfit: { status: 500, errorCode: "INTERNAL_ERROR", exit: EXIT.environment },
  engine_failed: { status: 500, errorCode: "INTERNAL_ERROR", exit: EXIT.environment },
  different: { status: 500, errorCode: "INTERNAL_ERROR", exit: EXIT.failure },
  usage: { status: 500, errorCode: "INTERNAL_ERROR", exit: EXIT.usage },
} as const satisfies Record<string, ErrorRow>;

/**
 * The name of a row of {@link ERRORS}: what went wrong, for a program to look at.
 *
 * @useDeclaredType
 */
export type ErrorKind = keyof typeof ERRORS;

/** What an error says besides its reason. */
export interface MlserveErrorOptions {
  /** Where in the caller's input: `column "age", row 3`, `inputs[2][0]`, a file's name. */
  readonly where?: string;
  /** What to do about it. */
  readonly hint?: string;
  /** When it is worth trying again, in milliseconds: an answer tells it in seconds, as `Retry-After`. */
  readonly retryAfterMs?: number;
  /** The error that led to it: for the log, never for an answer. */
  readonly cause?: unknown;
}

/**
 * The only error that mlserve throws on purpose: its `kind` names a row of {@link ERRORS}. Its message is `where: reason.
 * hint`, one line without the caller's values, paths of the machine, or stacks.
 */
export class MlserveError extends Error {
  /** What went wrong. */
  readonly kind: ErrorKind;
  /** The message without its place and its hint. */
  readonly reason: string;
  /** Where in the caller's input, if it has a place. */
  readonly where: string | undefined;
  /** What to do about it, if there is something. */
  readonly hint: string | undefined;
  /** Milliseconds after which it is worth trying again, if that is known. */
  readonly retryAfterMs: number | undefined;

  /** `reason` says what is wrong and what was expected, without the caller's values. */
  constructor(kind: ErrorKind, reason: string, options: MlserveErrorOptions = {}) {
    super(sentence(reason, options), options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "MlserveError";
    this.kind = kind;
    this.reason = reason;
    this.where = options.where;
    this.hint = options.hint;
    this.retryAfterMs = options.retryAfterMs;
  }

  /** The HTTP status of an answer that fails so. */
  get status(): number {
    return ERRORS[this.kind].status;
  }

  /** MLflow's `error_code`. */
  get errorCode(): string {
    return ERRORS[this.kind].errorCode;
  }

  /** The exit code of the command line. */
  get exitCode(): number {
    return ERRORS[this.kind].exit;
  }
}

function sentence(reason: string, { where, hint }: MlserveErrorOptions): string {
  const said = where === undefined ? reason : `${where}: ${reason}`;
  return hint === undefined ? said : `${said}. ${hint}`;
}

/** A name from outside, safe to print on one line: control and bidirectional characters escaped, cut at 100. */
export function quoteName(name: string): string {
  const cut = name.length > 100 ? `${name.slice(0, 99)}…` : name;
  return JSON.stringify(cut).replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, escapeCharacter);
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
