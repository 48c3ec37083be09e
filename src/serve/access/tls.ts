import { readFileSync, unwatchFile, watchFile } from "node:fs";
import { createSecureContext } from "node:tls";
import { MlserveError } from "../../core/errors.js";
import type { Logger } from "../../core/logger.js";

/** Where the certificate chain and its private key are, in PEM. */
export interface TlsFiles {
  /** The certificate chain, the server's own first. */
  readonly cert: string;
  /** Its private key, without a passphrase. */
  readonly key: string;
}

/** What TLS needs of them. */
export interface TlsContent {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** How often the files are looked at. */
const WATCH_MS = 1000;

/** Reads both files. Throws `usage` where one cannot be read, or where they do not belong together. */
export function readTls({ cert, key }: TlsFiles): TlsContent {
  const content = { cert: readPem(cert, "--tls-cert"), key: readPem(key, "--tls-key") };
  try {
    createSecureContext(content);
    return content;
  } catch (cause) {
    throw new MlserveError("usage", "expected a certificate and its own private key, both in PEM", {
      where: "--tls-cert, --tls-key",
      cause,
    });
  }
}

function readPem(file: string, where: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    throw new MlserveError("usage", "the file cannot be read", { where, cause });
  }
}

/**
 * Hands on what the files hold whenever that changes, without a restart; what is no certificate with its key is logged, and
 * the one before stays in use. Gives what ends the watch.
 */
export function watchTls(files: TlsFiles, use: (content: TlsContent) => void, logger: Logger): () => void {
  const reload = (): void => {
    try {
      use(readTls(files));
      logger.info({}, "the TLS certificate was read again");
    } catch (error) {
      logger.error({ err: error }, "the new TLS certificate cannot be used, and the one before stays");
    }
  };
  for (const file of [files.cert, files.key]) watchFile(file, { interval: WATCH_MS, persistent: false }, reload);
  return () => {
    for (const file of [files.cert, files.key]) unwatchFile(file, reload);
  };
}
