import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { KEYGEN_OPTIONS } from "../src/config/options.js";
import { quoteName } from "../src/core/errors.js";
import { fileSystemError } from "../src/format/file-system-error.js";
import { keyId } from "../src/format/signing.js";
import type { CommandContext } from "./command.js";
import type { Io } from "./io.js";

/** `mlserve keygen`. */
export async function keygenCommand({ argument, io, output }: CommandContext<typeof KEYGEN_OPTIONS>): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const id = keyId(publicKey);
  const [key, pub] = [`${argument}.key`, `${argument}.pub`];
  // Nobody else may read it, and a key that is there is not lost to this one.
  write(io, key, String(privateKey.export({ type: "pkcs8", format: "pem" })), 0o600);
  write(io, pub, String(publicKey.export({ type: "spki", format: "pem" })), 0o644);
  const lines = [
    `wrote ${key}, which signs: mlserve sign model.tar --key ${key}`,
    `wrote ${pub}, for everybody else: mlserve serve model.tar --trust ${pub}`,
    `key id ${id}`,
  ];
  await output.result({ private_key: key, public_key: pub, id }, lines, [id]);
}

function write({ cwd }: Io, name: string, content: string, mode: number): void {
  try {
    writeFileSync(resolve(cwd, name), content, { mode, flag: "wx" });
  } catch (error) {
    throw fileSystemError(error, quoteName(name));
  }
}
