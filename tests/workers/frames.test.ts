import { once } from "node:events";
import { PassThrough } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Frame, type FrameParts, FrameReader, FrameWriter } from "../../src/workers/frames.js";
