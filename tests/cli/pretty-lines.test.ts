import { describe, expect, it } from "vitest";
import { createLogger } from "../../cli/logger.js";
import { prettyLines } from "../../cli/pretty-lines.js";
import type { Logger } from "../../src/core/logger.js";

/** What a logger's one line becomes, its time taken off. */
function pretty(log: (logger: Logger) => void): string {
  let text = "";
  const sink = {
    write(line: string) {
      text += line;
    },
  };
  log(
    createLogger(
      prettyLines(sink, (_style, plain) => plain),
      "debug",
    ),
  );
  return text.replace(/^\d\d:\d\d:\d\d\.\d{3} /, "");
}

describe("prettyLines", () => {
  it.each([
    {
      name: "a request",
      log: (logger: Logger) =>
        logger.info({ id: "a", method: "POST", route: "/invocations", status: 200, ms: 1.5, rows: 3 }, "request"),
      text: "info  POST /invocations 200 1.5 ms id=a rows=3\n",
    },
    {
      name: "a message with fields",
      log: (logger: Logger) => logger.warn({ model: "iris", sizes: [1, 2] }, "no checksums"),
      text: "warn  no checksums model=iris sizes=[1,2]\n",
    },
    { name: "fields alone", log: (logger: Logger) => logger.debug({ port: 1 }), text: "debug  port=1\n" },
    {
      name: "control characters",
      log: (logger: Logger) => logger.info({ model: "a\u001b[31m" }, "b\nc"),
      text: "info  b\\u000ac model=a\\u001b[31m\n",
    },
  ])("shows $name", ({ log, text }) => {
    expect(pretty(log)).toBe(text);
  });

  it("shows an error with its stack below", () => {
    const lines = pretty((logger) => logger.error({ err: new TypeError("broken") }, "a request failed")).split("\n");
    expect(lines.slice(0, 2)).toEqual(["error a request failed", "    TypeError: broken"]);
    expect(lines[2]).toMatch(/^ {4}at /);
  });
});
