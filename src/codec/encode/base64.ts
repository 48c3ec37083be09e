/** Base64 as Python's `encodebytes` writes it: lines of 76 characters, each with its line end. */
export function toMimeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    .toString("base64")
    .replace(/.{1,76}/g, "$&\n");
}
