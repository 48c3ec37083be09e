import { MlserveError } from "../core/errors.js";

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOENT: "no such file or folder",
  ENOTDIR: "a part of the path is not a folder",
  EISDIR: "is a folder",
  EEXIST: "is there already, and is not overwritten",
  ENOSPC: "no space left on the disk",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EMFILE: "too many open files",
  ENFILE: "too many open files",
  ENAMETOOLONG: "the name is too long for this file system",
  ELOOP: "a circle of symbolic links",
  EAGAIN: "the system has no process left",
  ENOMEM: "the system has no memory left",
  EBUSY: "is in use",
};

/** The system's code of a failed file operation, such as `ENOENT`; undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || !("syscall" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** A `file_system` error in one line; an {@link MlserveError}, or what is no system error, as it is. */
export function fileSystemError(error: unknown, where: string): unknown {
  const code = systemCode(error);
  if (code === undefined) return error;
  return new MlserveError("file_system", REASONS[code] ?? `the system reports ${code}`, { where, cause: error });
}

/** A `file_system` error for a process that may open no more files; undefined for other errors. */
export function outOfFilesError(error: unknown): MlserveError | undefined {
  const code = systemCode(error);
  if (code !== "EMFILE" && code !== "ENFILE") return undefined;
  const hint = "Allow this process more: ulimit -n 1024, or LimitNOFILE= of its unit";
  return new MlserveError("file_system", "too many open files", { hint, cause: error });
}
