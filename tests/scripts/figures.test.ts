import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { fillPage, placesOf } from "../../scripts/figures/bench-page.mjs";
import { figuresText, TOLD } from "../../scripts/figures/readme-text.mjs";

const ROOT = resolve(import.meta.dirname, "../..");
const RESULTS = resolve(ROOT, "benchmarks/results");

function readResults(names: readonly string[] = TOLD): Record<string, unknown> {
  const files = names.map((name) => [name, resolve(RESULTS, `${name}.json`)] as const);
  const there = files.filter(([, file]) => existsSync(file));
  return Object.fromEntries(there.map(([name, file]) => [name, JSON.parse(readFileSync(file, "utf8"))]));
}

const MACHINE = { node: "v20.20.2", platform: "linux x64", cores: 2 };

/** A row as benchmarks/http writes them. */
const row = (server: string, connections: number, requestsPerSecond: number, more: object = {}): object => ({
  ...{ server, connections, requestsPerSecond, p50: 0.2, p99: 0.5, serverCpuMicros: 50, ratio: 1 },
  ...{ steady: true, clientBound: false, ...more },
});

describe("the figures of README.md", () => {
  it("are those of benchmarks/results: npm run figures writes them", () => {
    const readme = readFileSync(resolve(ROOT, "README.md"), "utf8");
    const written = /<!-- figures:start -->\n(.*?)<!-- figures:end -->/s.exec(readme)?.[1];
    expect(written).toBe(figuresText(readResults()));
  });

  it("and those of benchmarks/README.md", () => {
    const page = readFileSync(resolve(ROOT, "benchmarks/README.md"), "utf8");
    expect(placesOf(page)).toEqual(expect.arrayContaining(["http", "rows", "encode"]));
    expect(fillPage(page, readResults([...TOLD, ...placesOf(page)]))).toBe(page);
  });

  it("say which aims are not reached", () => {
    const http = {
      at: "2026-01-02T03:04:05.000Z",
      machine: MACHINE,
      rows: [
        row("mlserve", 1, 4000, { p50: 0.12, ratio: 0.4 }),
        row("empty Hono route", 1, 10_000, { p50: 0.08 }),
        row("mlserve", 32, 14_000, { ratio: 0.31, steady: false, clientBound: true }),
      ],
    };
    const lines = figuresText({ http }).split("\n");
    expect(lines[0]).toBe("Measured 2026-01-02: Node 20.20.2, linux x64, 2 cores, shared by client and server.");
    expect(lines).toEqual(
      expect.arrayContaining([
        "| 1 | 4,000 | 0.12 ms | 0.50 ms | 50 us | 0.40x |",
        "| 32 | 14,000 (client-bound) (rounds differed) | 0.20 ms | 0.50 ms | 50 us | 0.31x |",
        "Of 2 [aims](benchmarks/README.md#aims) that were measured, 1 are reached. These are not:",
        "| one row, 32 connections, to an empty Hono route | 1.2x or more | 0.31x |",
      ]),
    );
    const page = fillPage("<!-- figures: aims -->\n<!-- end -->", { http }).split("\n");
    expect(page).toEqual(
      expect.arrayContaining([
        "| one row, 32 connections, to an empty Hono route | 1.2x or more | 0.31x | **not reached** |",
        "| one row, 1 connection, median above that route's | 0.06 ms or less | 0.04 ms | reached |",
        "| one row, 32 connections, to mosec | 1.5x or more |  | not measured |",
      ]),
    );
  });

  it("say that other programs ran", () => {
    const machine = { ...MACHINE, loadBefore: 7.6 };
    const [, second] = figuresText({ http: { at: "2026-01-02", machine, rows: [] } }).split("\n");
    expect(second).toContain("Other programs wanted the cores too (load up to 8)");
  });

  it("compare with other servers by name and version", () => {
    const compare = {
      at: "2026-01-02T03:04:05.000Z",
      machine: MACHINE,
      versions: { mosec: "1.2.3", MLflow: "3.0.0" },
      rows: [row("mlserve", 32, 20_000), row("mosec", 32, 10_000)],
      starts: ["mlserve", "mosec"].map((server) => ({ server, readyMs: 1234, rssBytes: 99e6 })),
    };
    const lines = figuresText({ compare }).split("\n");
    expect(lines).toContain("| mosec 1.2.3 | 10,000 | 2.00x | 50 us | 1.2 s | 99 MB |");
    expect(lines).toContain("Of 1 [aims](benchmarks/README.md#aims) that were measured, 1 are reached.");
    expect(lines.filter((line) => line.startsWith("| MLflow"))).toEqual([]);
  });
});
