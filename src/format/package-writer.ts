import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { PassThrough, Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { TarArchive } from "archiver";
import { MlserveError, quoteName } from "../core/errors.js";
import { DEFAULT_LIMITS } from "./archive-limits.js";
import { CHECKSUMS_FILE, formatChecksums, SIGNATURE_FILE, sha256Of } from "./checksums.js";
import { changedWhileRead, streamFile } from "./file-bytes.js";
import { compareNames, createNameSet } from "./file-names.js";
import { fileSystemError } from "./file-system-error.js";
import { bothOrFirstFailure } from "./first-failure.js";
import { createStableGzip } from "./gzip.js";
import { MLMODEL_FILE } from "./mlmodel.js";
import type { ModelFile } from "./model-file.js";
import { replaceFile } from "./replace-file.js";

/** A file to put into a package: its content, or where it lies. */
export type PackageSource = ContentSource | PathSource;

export interface ContentSource {
  readonly name: string;
  readonly content: Uint8Array;
}

export interface PathSource {
  readonly name: string;
  readonly path: string;
  /** As it was when the file was looked at, as is `sha256` where it was read before: what differs now is refused. */
  readonly bytes: number;
  readonly sha256?: string | undefined;
}

export interface WritePackageOptions {
  /** The time that every file gets, in whole seconds from 1970 to 2038. Default: the start of 1970. */
  readonly modifiedAt?: Date | undefined;
  /** Makes the signature of `SHA256SUMS`, which then follows it. Default: the package is not signed. */
  readonly sign?: ((list: Uint8Array) => Uint8Array) | undefined;
  /** Told of bytes read as they are read. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** Told of the file that is written before it takes its place, for a program that may be ended meanwhile. */
  readonly onTemporaryFile?: ((path: string) => void) | undefined;
}

export interface WrittenPackage {
  /** Of the archive. */
  readonly bytes: number;
  /** Of the archive. */
  readonly sha256: string;
  /** sha256 of `SHA256SUMS`. */
  readonly digest: string;
  /** In the order of the archive, without `SHA256SUMS`. */
  readonly files: readonly ModelFile[];
}

/**
 * Writes a package: a tar, or a gzipped one where `target` ends in `.tar.gz` or `.tgz`.
 *
 * The same files give the same bytes: `MLmodel` first, then the others by name, then `SHA256SUMS`, whose sums are made
 * while the files pass. A package that is there is replaced when the new one is whole. Throws `file_system`, and
 * `invalid_package` for names that could not be unpacked everywhere.
 */
export async function writePackage(
  target: string,
  sources: readonly PackageSource[],
  options: WritePackageOptions = {},
): Promise<WrittenPackage> {
  const ordered = inOrder(sources);
  const date = checkDate(options.modifiedAt ?? new Date(0));
  return replaceFile(
    target,
    (path) => writeArchive(path, ordered, { ...options, date, gzip: /\.(tar\.gz|tgz)$/i.test(target) }),
    options.onTemporaryFile,
  );
}

function inOrder(sources: readonly PackageSource[]): readonly PackageSource[] {
  const names = createNameSet();
  for (const { name } of sources) names.addFile(name);
  // One more file than these is the list of them.
  if (sources.length + 1 > DEFAULT_LIMITS.entries) {
    throw new MlserveError("invalid_package", `the model has more than ${DEFAULT_LIMITS.entries - 1} files`);
  }
  const rank = ({ name }: PackageSource): number => (name === MLMODEL_FILE ? 0 : 1);
  return [...sources].sort((a, b) => rank(a) - rank(b) || compareNames(a.name, b.name));
}

/** Throws `usage` for a time that a tar cannot hold. */
export function checkDate(date: Date): Date {
  const seconds = date.getTime() / 1000;
  if (seconds >= 0 && seconds < 2 ** 31) return date;
  throw new MlserveError("usage", "the time of a package's files lies between 1970 and 2038");
}

interface ArchiveOptions extends WritePackageOptions {
  readonly date: Date;
  readonly gzip: boolean;
}

async function writeArchive(
  path: string,
  sources: readonly PackageSource[],
  options: ArchiveOptions,
): Promise<WrittenPackage> {
  const archive = new TarArchive();
  // Not archiver itself stands in the pipeline: when that fails and destroys it, it throws where nobody can catch it.
  const outlet = new PassThrough();
  archive.once("error", (error) => outlet.destroy(error));
  archive.pipe(outlet);
  const meter = createMeter();
  const stop = new AbortController();
  const compressor = options.gzip ? createStableGzip() : new PassThrough();
  const writing = pipeline(outlet, compressor, meter.stream, createWriteStream(path, { flags: "wx", flush: true }), {
    signal: stop.signal,
  });
  const adding = addFiles(archive, sources, options, stop.signal);
  const [, added] = await bothOrFirstFailure(writing, adding, () => stop.abort());
  return { ...added, ...meter.result() };
}

/** Counts and hashes what passes. */
function createMeter(): { stream: Transform; result(): { bytes: number; sha256: string } } {
  const hash = createHash("sha256");
  let bytes = 0;
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  return { stream, result: () => ({ bytes, sha256: hash.digest("hex") }) };
}

async function addFiles(
  archive: TarArchive,
  sources: readonly PackageSource[],
  options: ArchiveOptions,
  signal: AbortSignal,
): Promise<{ digest: string; files: readonly ModelFile[] }> {
  const files: ModelFile[] = [];
  for (const source of sources) {
    files.push(
      "content" in source
        ? await addContent(archive, source, options, signal)
        : await addFile(archive, source, options, signal),
    );
  }
  const list = Buffer.from(formatChecksums(new Map(files.map(({ name, sha256 }) => [name, sha256]))));
  await addContent(archive, { name: CHECKSUMS_FILE, content: list }, options, signal);
  if (options.sign !== undefined)
    await addContent(archive, { name: SIGNATURE_FILE, content: options.sign(list) }, options, signal);
  // The pipeline tells when the archive has ended, and how.
  archive.finalize().catch(() => {});
  return { digest: sha256Of(list), files };
}

async function addContent(
  archive: TarArchive,
  { name, content }: ContentSource,
  options: ArchiveOptions,
  signal: AbortSignal,
): Promise<ModelFile> {
  await appended(archive, signal, () =>
    archive.append(Buffer.from(content), { name, mode: 0o644, date: options.date }),
  );
  options.onBytes?.(content.byteLength);
  return { name, bytes: content.byteLength, sha256: sha256Of(content) };
}

async function addFile(
  archive: TarArchive,
  source: PathSource,
  options: ArchiveOptions,
  signal: AbortSignal,
): Promise<ModelFile> {
  const { name, path, bytes } = source;
  const stats = await stat(path).catch((error: unknown) => {
    throw fileSystemError(error, `file ${quoteName(name)}`);
  });
  if (stats.size !== bytes) throw changedWhileRead(name);
  const body = createHashedBody(source, options.onBytes);
  try {
    await appended(archive, signal, (fail) => {
      // archiver pipes the stream on, which tells nobody of its failure.
      body.stream.once("error", fail);
      archive.append(body.stream, { name, mode: 0o644, date: options.date, stats });
    });
  } finally {
    body.stream.destroy();
  }
  return { name, bytes, sha256: body.sha256() };
}

/** Waits until the entry that `append` gives to the archive has passed through it. */
function appended(
  archive: TarArchive,
  signal: AbortSignal,
  append: (fail: (error: unknown) => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    archive.once("entry", () => {
      signal.removeEventListener("abort", abort);
      resolve();
    });
    append(reject);
  });
}

/** The bytes of a file, hashed as they pass and compared with what they were before. */
function createHashedBody(
  source: PathSource,
  onBytes: (bytes: number) => void = () => {},
): { stream: Readable; sha256(): string } {
  const hash = createHash("sha256");
  let sha256 = "";
  async function* read(): AsyncGenerator<Buffer> {
    for await (const chunk of streamFile(source)) {
      hash.update(chunk);
      onBytes(chunk.length);
      yield chunk;
    }
    sha256 = hash.digest("hex");
    if (source.sha256 !== undefined && source.sha256 !== sha256) throw changedWhileRead(source.name);
  }
  return { stream: Readable.from(read(), { objectMode: false }), sha256: () => sha256 };
}
