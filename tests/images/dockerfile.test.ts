import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dockerfile } from "../../src/images/dockerfile.js";
import type { ImageSettings } from "../../src/images/image.js";

const SETTINGS: ImageSettings = {
  platform: "linux/arm64",
  entrypoint: ["node", "a b"],
  cmd: ["serve"],
  env: { A: "1" },
  labels: { "a.b": "2", c: "3" },
  user: "65532:65532",
  port: 8080,
  workingDir: "/",
};

const BASE = "node:22-bookworm-slim";

/** The values of an instruction of pairs, read as engines read them. */
function readPairs(text: string, instruction: string): Record<string, string> {
  const joined = text.replace(/\\[ \t]*\n/g, "");
  const line = joined.split("\n").find((each) => each.startsWith(`${instruction} `)) ?? "";
  const words = Array.from(line.matchAll(/ ([\w.]+)="((?:[^"\\]|\\.)*)"/gs), ([, name = "", value = ""]) => [
    name,
    value.replace(/\\(["\\$])/g, "$1"),
  ]);
  return Object.fromEntries(words);
}

describe("the Dockerfile", () => {
  it("adds two tars, runs nothing and says how the image is started", () => {
    expect(dockerfile(SETTINGS, BASE).split("\n")).toEqual([
      "FROM --platform=linux/arm64 node:22-bookworm-slim",
      "ADD runtime.tar /",
      "ADD model.tar /",
      'LABEL a.b="2" \\',
      '    c="3"',
      'ENV A="1"',
      "WORKDIR /",
      "EXPOSE 8080",
      "USER 65532:65532",
      "STOPSIGNAL SIGTERM",
      "HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 " +
        'CMD ["node","/opt/mlserve/runtime.mjs","container","health"]',
      'ENTRYPOINT ["node","a b"]',
      'CMD ["serve"]',
      "",
    ]);
  });

  it("keeps every text as it is, and in its place", () => {
    const text = fc.string({ unit: "grapheme" }).filter((value) => !/[\p{Cc}\p{Cs}]/u.test(value));
    const parts = fc.array(fc.oneof(text, fc.constantFrom('"', "\\", "$", "'", "`", "#", '\\"', "\\\\", '" b="')));
    fc.assert(
      fc.property(parts, parts, (label, variable) => {
        const [a, b] = [label.join(""), variable.join("")];
        const written = dockerfile({ ...SETTINGS, labels: { l: a, m: "end" }, env: { V: b } }, BASE);
        expect(readPairs(written, "LABEL")).toEqual({ l: a, m: "end" });
        expect(readPairs(written, "ENV")).toEqual({ V: b });
        expect(written.split("\n")).toHaveLength(14);
      }),
      { numRuns: 300 },
    );
  });

  it.each(["node:22-alpine", "node:22-alpine3.20", "alpine:3", "docker.io/library/alpine", "me/node-musl:1"])(
    "refuses %s, which is made with musl",
    (base) => {
      expect(() => dockerfile(SETTINGS, base)).toThrow(/is made with musl/);
    },
  );

  it.each(["", "node 22", "node:22\nRUN x", "$BASE", "-x", "node@sha256:12"])(
    "refuses %j, which names no image",
    (base) => {
      expect(() => dockerfile(SETTINGS, base)).toThrow(/expected the name of an image/);
    },
  );

  it.each(["node:22", "docker://node:22", "localhost:5000/a/b_c:V1", `node:22@sha256:${"a".repeat(64)}`])(
    "takes %s",
    (base) => {
      expect(dockerfile(SETTINGS, base)).toContain(` ${base.replace("docker://", "")}\n`);
    },
  );

  it("refuses a text that no line can hold", () => {
    expect(() => dockerfile({ ...SETTINGS, labels: { long: "x".repeat(70_000) } }, BASE)).toThrow(
      /^"LABEL long": is longer than the 65000 bytes/,
    );
  });
});
