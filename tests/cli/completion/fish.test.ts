import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CompletionPlace, hasShell, openCompletion } from "./shells.js";

describe.runIf(hasShell("fish"))("completion in fish", () => {
  let fish: CompletionPlace;
  beforeAll(async () => {
    fish = await openCompletion("fish", "source $SCRIPT");
  });
  afterAll(() => fish[Symbol.dispose]());

  it.each([
    { line: "mlserve ser", offers: ["serve"] },
    { line: "mlserve help val", offers: ["validate"] },
    { line: "mlserve serve --max-bo", offers: ["--max-body"] },
    { line: "mlserve pack m.onnx --no-se", offers: ["--no-self-test"] },
    { line: "mlserve serve --coercion ", offers: ["mlflow", "safe"] },
    { line: "mlserve completion ", offers: ["bash", "fish", "zsh"] },
    { line: "mlserve serve ir", offers: ["iris.tar"] },
    { line: "mlserve predict iris.tar -i ir", offers: ["iris.tar"] },
    { line: "mlserve serve --port ", offers: [] },
    { line: "mlserve zzz", offers: [] },
  ])("offers $offers for '$line'", ({ line, offers }) => {
    const lines = fish.lines(`complete -C '${line}'`);
    expect(lines.map((offer) => offer.split("\t")[0])).toEqual(offers);
  });
});
