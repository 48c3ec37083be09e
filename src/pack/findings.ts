import { EXIT, MlserveError } from "../core/errors.js";

/** One thing that is wrong with a model, or that a person should know. */
export interface Finding {
  /** An `error` keeps the model from being served. */
  readonly severity: "error" | "warning";
  /** What was looked at. */
  readonly check:
    | "package"
    | "checksums"
    | "signer"
    | "descriptor"
    | "flavor"
    | "model"
    | "signature"
    | "example"
    | "run"
    | "self_test";
  /** One line: where, what is wrong, what was expected. */
  readonly message: string;
}

type Check = Finding["check"];

/** Collects findings. */
export interface Findings {
  readonly list: readonly Finding[];
  add(severity: Finding["severity"], check: Check, message: string): void;
  /** Does something that may fail: what says something about the model becomes a finding, and the result undefined. */
  attempt<T>(check: Check, work: () => Promise<T>, severity?: Finding["severity"]): Promise<T | undefined>;
}

export function createFindings(): Findings {
  const list: Finding[] = [];
  const add: Findings["add"] = (severity, check, message) => {
    list.push({ severity, check, message });
  };
  return {
    list,
    add,
    async attempt(check, work, severity = "error") {
      try {
        return await work();
      } catch (error) {
        if (!isAboutModel(error)) throw error;
        add(severity, check, error.message);
        return undefined;
      }
    },
  };
}

function isAboutModel(error: unknown): error is MlserveError {
  return error instanceof MlserveError && error.exitCode !== EXIT.environment && error.kind !== "model_not_found";
}
