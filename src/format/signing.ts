import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import { MlserveError } from "../core/errors.js";
import { CHECKSUMS_FILE, SIGNATURE_FILE } from "./checksums.js";

/*
 * A package is signed by signing SHA256SUMS, which names all of its files: `SHA256SUMS.sig` holds a line for each signer,
 * `ed25519 <key id> <signature in base64>`. The signed bytes are those of the list, so that other tools can check them:
 *
 *   openssl pkeyutl -verify -pubin -inkey my.pub -rawin -in SHA256SUMS -sigfile <(cut -d' ' -f3 SHA256SUMS.sig | base64 -d)
 */

/** Room for hundreds of signers. */
export const MAX_SIGNATURE_BYTES = 64 * 1024;

const LINE = /^ed25519 ([0-9a-f]{64}) ([A-Za-z0-9+/]{86}==)$/;

/** Reads an Ed25519 private key in PEM. Throws `usage` naming `where`, and nothing of the key. */
export function parsePrivateKey(pem: string | Buffer, where: string): KeyObject {
  return parseKey(() => createPrivateKey(pem), "an Ed25519 private key in PEM, without a passphrase", where);
}

/** Reads an Ed25519 public key in PEM. Throws `usage` naming `where`. */
export function parsePublicKey(pem: string | Buffer, where: string): KeyObject {
  if (pem.includes("PRIVATE KEY"))
    throw new MlserveError(
      "usage",
      "expected a public key, got a private one, which nobody but its owner should have",
      {
        where,
      },
    );
  return parseKey(() => createPublicKey(pem), "an Ed25519 public key in PEM", where);
}

function parseKey(parse: () => KeyObject, expected: string, where: string): KeyObject {
  try {
    const key = parse();
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // What OpenSSL says of it helps nobody, and may quote it.
  }
  throw new MlserveError("usage", `expected ${expected}`, { where, hint: "Make a pair with mlserve keygen" });
}

/** What a key is told by: the sha256 of its public half, in hexadecimal digits. */
export function keyId(key: KeyObject): string {
  const publicKey = key.type === "private" ? createPublicKey(key) : key;
  return createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("hex");
}

/** The content of `SHA256SUMS.sig` for the list, beside the lines of other signers that are there already. */
export function signList(list: Uint8Array, key: KeyObject, others?: Uint8Array): Buffer {
  const id = keyId(key);
  const kept = others === undefined ? [] : linesOf(others).filter(({ signer }) => signer !== id);
  const line = `ed25519 ${id} ${sign(null, list, key).toString("base64")}`;
  return Buffer.from(`${[...kept.map(({ text }) => text), line].join("\n")}\n`);
}

/**
 * The id of the first trusted key that signed the list.
 *
 * Throws `untrusted_package` when none of them did, or when one seems to have and its signature is not of this list.
 */
export function checkSignature(
  list: Uint8Array,
  signatures: Uint8Array | undefined,
  trusted: readonly KeyObject[],
): string {
  if (signatures === undefined) throw untrusted("the model is not signed");
  const keys = new Map(trusted.map((key) => [keyId(key), key]));
  for (const { signer, signature } of linesOf(signatures)) {
    const key = keys.get(signer);
    if (key === undefined) continue;
    if (!verify(null, list, key, signature))
      throw untrusted(`the model was changed after it was signed: ${SIGNATURE_FILE} is not of this ${CHECKSUMS_FILE}`);
    return signer;
  }
  throw untrusted("the model is signed, but by none of the keys that are trusted");
}

interface SignatureLine {
  readonly text: string;
  readonly signer: string;
  readonly signature: Buffer;
}

function linesOf(content: Uint8Array): SignatureLine[] {
  const lines = Buffer.from(content).toString("latin1").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((text, at) => {
    const [, signer, signature] = LINE.exec(text) ?? [];
    if (signer !== undefined && signature !== undefined)
      return { text, signer, signature: Buffer.from(signature, "base64") };
    throw new MlserveError("invalid_package", "expected ed25519, the id of a key and a signature", {
      where: `${SIGNATURE_FILE}: line ${at + 1}`,
    });
  });
}

function untrusted(reason: string): MlserveError {
  return new MlserveError("untrusted_package", reason, {
    hint: "Get it from whom you trust, or ask them to sign it with mlserve sign",
  });
}
