import { type FileHandle, open } from "node:fs/promises";
import { type HeldBytes, holdFile, holdParts } from "./held-bytes.js";
import { encodeMessageField } from "./proto-fields.js";

/** Files and fields that are smaller are read as they are. */
const LARGE_BYTES = 64 * 1024;
const WINDOW_BYTES = 64 * 1024;

/** What becomes of a large field of a message: it is left out, or its own fields are looked through; else it is kept. */
type Plan = (no: number) => Plan | "leave out" | undefined;

/** Of a tensor, all but its name and its external_data, which is where weights are. */
const tensor: Plan = (no) => (no === 8 || no === 13 ? undefined : "leave out");
const attribute: Plan = (no) => (no === 5 ? tensor : undefined);
const node: Plan = (no) => (no === 5 ? attribute : undefined);
const graph: Plan = (no) => (no === 5 ? tensor : no === 1 ? node : undefined);
const model: Plan = (no) => (no === 7 ? graph : undefined);

/**
 * Reads an ONNX file without its weights, so that what is read of a large one is small: the bytes of a model that says
 * the same of its graph. What is not built as expected is read whole, for the reader of graphs to refuse.
 *
 * `name` is what to call it. Throws `file_system`.
 */
export async function holdGraph(path: string, name: string): Promise<HeldBytes> {
  const parts = await readParts(path).catch(() => undefined);
  return parts === undefined ? holdFile(path, name) : holdParts(parts, name);
}

async function readParts(path: string): Promise<Uint8Array[] | undefined> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    return size < LARGE_BYTES
      ? undefined
      : await withoutWeights(createSource(file, size), { start: 0, end: size }, model);
  } finally {
    await file.close();
  }
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** The parts of a message that are kept; undefined when its fields are not well-formed. */
async function withoutWeights(source: Source, { start, end }: Span, plan: Plan): Promise<Uint8Array[] | undefined> {
  const parts: Uint8Array[] = [];
  let keptFrom = start;
  for (let at = start; at < end; ) {
    const field = await readField(source, at, end);
    if (field === undefined) return undefined;
    const { no, content } = field;
    const step = content.end - content.start > LARGE_BYTES ? plan(no) : undefined;
    if (step !== undefined) {
      parts.push(await source.read({ start: keptFrom, end: at }));
      keptFrom = content.end;
      const kept = step === "leave out" ? [] : await withoutWeights(source, content, step);
      if (kept === undefined) return undefined;
      if (step !== "leave out") parts.push(...encodeMessageField(no, kept));
    }
    at = content.end;
  }
  parts.push(await source.read({ start: keptFrom, end }));
  return parts;
}

/** undefined for groups, which ONNX does not have, and for what leads out of its message. */
async function readField(source: Source, at: number, end: number): Promise<{ no: number; content: Span } | undefined> {
  const tag = readVarint(source.peek(at) ?? (await source.load(at)), 0);
  if (tag === undefined) return undefined;
  const [no, wire] = [Math.floor(tag.value / 8), tag.value % 8];
  const content = contentOf(source.peek(at) ?? (await source.load(at)), at, tag.bytes, wire);
  return content === undefined || content.end > end ? undefined : { no, content };
}

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED_BYTES: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

function contentOf(head: Uint8Array, at: number, tagBytes: number, wire: number): Span | undefined {
  const start = at + tagBytes;
  const fixed = FIXED_BYTES[wire];
  if (fixed !== undefined) return { start, end: start + fixed };
  const varint = readVarint(head, tagBytes);
  if (varint === undefined) return undefined;
  const behind = start + varint.bytes;
  if (wire === VARINT) return { start, end: behind };
  return wire === LENGTH_DELIMITED ? { start: behind, end: behind + varint.value } : undefined;
}

/** A varint has at most ten bytes; undefined when it does not end. Large ones are not exact, and lead out of any file. */
function readVarint(bytes: Uint8Array, from: number): { value: number; bytes: number } | undefined {
  let value = 0;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[from + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, bytes: i + 1 };
  }
  return undefined;
}

/** A tag and a length: two varints. */
const HEAD_BYTES = 20;

/** A file of which little is read, here and there. */
interface Source {
  /** What lies at a place, at least a head of a field unless the file ends; undefined when it is not loaded. */
  peek(at: number): Uint8Array | undefined;
  load(at: number): Promise<Uint8Array>;
  read(span: Span): Promise<Uint8Array>;
}

function createSource(file: FileHandle, size: number): Source {
  let windowStart = 0;
  let window: Uint8Array = new Uint8Array();
  const read = async ({ start, end }: Span): Promise<Uint8Array> => {
    const bytes = Buffer.allocUnsafeSlow(end - start);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, start);
    if (bytesRead !== bytes.length) throw new RangeError("the file was cut short while it was read");
    return bytes;
  };
  return {
    peek(at) {
      const within = at - windowStart;
      const isThere = within >= 0 && Math.min(at + HEAD_BYTES, size) <= windowStart + window.length;
      return isThere ? window.subarray(within) : undefined;
    },
    async load(at) {
      window = await read({ start: at, end: Math.min(at + WINDOW_BYTES, size) });
      windowStart = at;
      return window;
    },
    read,
  };
}
