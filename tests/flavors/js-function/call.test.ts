import { once } from "node:events";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BUILTIN_FLAVORS } from "../../../src/flavors/builtin.js";
import { loadFlavorModule } from "../../../src/flavors/load-flavor-module.js";
import { createFlavorRegistry } from "../../../src/flavors/registry.js";
import { fixture } from "../../cli/models.js";
import { invoke, loadFunction, writeFunction } from "../../support/function-model.js";
import { useTemporaryFolder } from "../../support/temporary-folder.js";

const folder = useTemporaryFolder();
const EVENTS = { accept: "text/event-stream" };
const COUNT = "export default async function* (n) { for (let i = 1; i <= n; i++) yield { i }; }";

describe("a function that streams", () => {
  it.each([
    { name: "names events", accept: "text/event-stream" },
    { name: "names events among others", accept: "application/json, text/event-stream;q=0.5" },
  ])("sends an event for each item to a client that $name", async ({ accept }) => {
    await using served = await loadFunction(writeFunction(folder.path, COUNT));
    const response = await invoke(served, { inputs: 2 }, { accept });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    expect(await response.text()).toBe('data: {"i":1}\n\ndata: {"i":2}\n\ndata: [DONE]\n\n');
  });

  it.each(["*/*", "application/json", "text/event-stream;q=0, */*"])(
    "refuses a client that accepts %s",
    async (accept) => {
      await using served = await loadFunction(writeFunction(folder.path, COUNT));
      const response = await invoke(served, { inputs: 2 }, { accept });
      expect(response.status).toBe(406);
      expect(await response.json()).toEqual({
        error_code: "BAD_REQUEST",
        message: "the model streams its answer as server-sent events. Send the header Accept: text/event-stream",
      });
    },
  );

  it("ends with an event of the error when it fails on the way", async () => {
    const code = "export default async function* () { yield 1; throw new TypeError('secret'); }";
    await using served = await loadFunction(writeFunction(folder.path, code));
    const text = await (await invoke(served, { inputs: 1 }, EVENTS)).text();
    expect(text).toMatch(
      /^data: 1\n\nevent: error\ndata: \{"error_code":"MODEL_ERROR","message":"the function threw TypeError[^\n]*\}\n\n$/,
    );
    expect(text).not.toContain("secret");
  });

  it("checks each item against the output signature", async () => {
    const code = "export default async function* () { yield 'a'; yield 1; }";
    const outputs = [{ type: "string", name: "text" }];
    await using served = await loadFunction(writeFunction(folder.path, code, { outputs }));
    const text = await (await invoke(served, { inputs: 1 }, EVENTS)).text();
    expect(text).toContain('data: "a"\n\nevent: error\n');
    expect(text).toContain("the output signature says string, got a number");
  });

  it("is told when the client leaves, also while it is at work", async () => {
    const calls = new EventTarget();
    Reflect.set(globalThis, "mlserveTestCalls", calls);
    const code = `
      export default async function* (_, { signal }) {
        yield 1;
        globalThis.mlserveTestCalls.dispatchEvent(new Event("working"));
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        globalThis.mlserveTestCalls.dispatchEvent(new Event("ended"));
      }`;
    await using served = await loadFunction(writeFunction(folder.path, code));
    const [working, told] = [once(calls, "working"), once(calls, "ended")];
    const reader = (await invoke(served, { inputs: 1 }, EVENTS)).body?.getReader();
    expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("data: 1\n\n");
    const next = reader?.read();
    await working;
    await reader?.cancel();
    await told;
    expect(await next).toEqual({ done: true, value: undefined });
    Reflect.deleteProperty(globalThis, "mlserveTestCalls");
  });

  it("holds its place until its stream has ended", async () => {
    const block = "{ module: predict.mjs, concurrency: 1 }";
    await using served = await loadFunction(writeFunction(folder.path, COUNT, { block }));
    const first = await invoke(served, { inputs: 1 }, EVENTS);
    const second = invoke(served, { inputs: 1 }, EVENTS);
    expect(await first.text()).toContain("[DONE]");
    expect(await (await second).text()).toContain("[DONE]");
    // A refusal gives it back too.
    expect((await invoke(served, { inputs: 1 })).status).toBe(406);
    expect((await invoke(served, { inputs: 1 })).status).toBe(406);
  });
});

describe("a function in a worker process", () => {
  it("streams, and refuses who cannot read events", async () => {
    const options = { isolation: "process", workers: 1 } as const;
    await using served = await loadFunction(writeFunction(folder.path, COUNT), options);
    expect(await (await invoke(served, { inputs: 2 }, EVENTS)).text()).toBe(
      'data: {"i":1}\n\ndata: {"i":2}\n\ndata: [DONE]\n\n',
    );
    expect((await invoke(served, { inputs: 2 })).status).toBe(406);
  });

  it("opens a model that lies beside it", async () => {
    const code = `
      export const load = ({ open }) => open("model.onnx");
      export default async (data, { state }) => {
        const answer = await state.predict({ dtype: "float32", shape: [1, 4], data });
        return Number(answer.output_label.data[0]);
      };`;
    writeFunction(folder.path, code);
    copyFileSync(join(fixture("iris_zipmap"), "model.onnx"), join(folder.path, "model.onnx"));
    await using served = await loadFunction(folder.path, { isolation: "process", workers: 1 });
    const response = await invoke(served, { inputs: [5.1, 3.5, 1.4, 0.2] });
    expect(await response.json()).toEqual({ predictions: 0 });
  });

  it.each(["inline", "process"] as const)("opens a file of a flavor of the user's own, %s", async (isolation) => {
    const code = `
      export const load = ({ open }) => open("seven.factor");
      export default async (data, { state }) => {
        const answer = await state.predict({ x: { dtype: "float64", shape: [1], data: Float64Array.of(data) } });
        return answer.y.data[0];
      };`;
    writeFunction(folder.path, code);
    writeFileSync(join(folder.path, "seven.factor"), "7");
    const own = await loadFlavorModule(join(import.meta.dirname, "../../fixtures/flavors/factor.mjs"));
    const flavors = createFlavorRegistry([...BUILTIN_FLAVORS, ...own]);
    await using served = await loadFunction(folder.path, { isolation, flavors });
    expect(await (await invoke(served, { inputs: 6 })).json()).toEqual({ predictions: 42 });
  });
});

describe("a function that does not stream", () => {
  it("answers a client that reads nothing but events with one", async () => {
    await using served = await loadFunction(writeFunction(folder.path, "export default (n) => n + 1"));
    const response = await invoke(served, { inputs: 1 }, EVENTS);
    expect(await response.text()).toBe('data: {"predictions":2}\n\ndata: [DONE]\n\n');
  });

  it("answers in JSON where that is liked as well", async () => {
    await using served = await loadFunction(writeFunction(folder.path, "export default (n) => n + 1"));
    const response = await invoke(served, { inputs: 1 }, { accept: "application/json, text/event-stream" });
    expect(await response.json()).toEqual({ predictions: 2 });
  });
});
