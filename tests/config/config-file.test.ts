import { describe, expect, it } from "vitest";
import { parseConfigFile } from "../../src/config/config-file.js";
import { COMMAND_OPTIONS } from "../../src/config/options.js";

const parse = (text: string, isNamed = false) =>
  parseConfigFile(text, { name: "mlserve.yaml", isNamed }, COMMAND_OPTIONS);

const REFUSALS = [
  {
    name: "an unknown key",
    text: "json: true\nprot: 80\n",
    message: 'mlserve.yaml: line 2: unknown key "prot". Did you mean port?',
  },
  {
    name: "a key that is like no other",
    text: "zzz: 1\n",
    message:
      'mlserve.yaml: line 1: unknown key "zzz". See https://github.com/mlserve/mlserve/blob/main/docs/configuration.md',
  },
  {
    name: "a misspelt command",
    text: "sevre:\n  port: 80\n",
    message: 'mlserve.yaml: line 1: unknown key "sevre". Did you mean serve?',
  },
  {
    name: "an unknown key of a command",
    text: "serve:\n  port: 80\n  max-bdy: 1MB\n",
    message: 'mlserve.yaml: line 3: unknown key "max-bdy". Did you mean max-body?',
  },
  {
    name: "an option of another command",
    text: "pack:\n  port: 80\n",
    message: 'mlserve.yaml: line 2: "port" is no option of mlserve pack. It is one of serve',
  },
  {
    name: "a list for an option that takes one value",
    text: "serve:\n  port: [80]\n",
    message: "mlserve.yaml: line 2: port: expected a whole number from 0 to 65535",
  },
  {
    name: "a value where the options of a command belong",
    text: "serve: 8080\n",
    message: "mlserve.yaml: line 1: serve: expected the options of mlserve serve, indented below it",
  },
  {
    name: "a file that names another",
    text: "config: other.yaml\n",
    message: /line 1: unknown key "config"/,
  },
  { name: "a key that stands twice", text: "json: true\njson: false\n", message: /line 2.*a key stands twice/ },
  { name: "a list", text: "- port\n", message: "mlserve.yaml: expected a YAML mapping" },
  { name: "what is no YAML", text: "serve:\n\tport: 80\n", message: /line 2.*a tab/ },
];

describe("parseConfigFile", () => {
  it("takes keys at the top for every command, and a command's own before them", () => {
    const file = parse("port: 9000\njson: yes\nserve:\n  port: 7000\n");
    expect([...file.settingsOf("serve")]).toEqual([
      ["port", { text: "7000", where: "mlserve.yaml: line 4: port" }],
      ["json", { text: "yes", where: "mlserve.yaml: line 2: json" }],
    ]);
    expect(file.settingsOf("inspect").get("port")?.text).toBe("9000");
  });

  it("keeps every scalar as it is written", () => {
    const file = parse("pack:\n  name: 1.10\n  metadata: [a=1, 'b:=[2]']\n");
    expect([...file.settingsOf("pack").values()].map(({ text }) => text)).toEqual(["1.10", ["a=1", "b:=[2]"]]);
  });

  it.each(["", "# port: 80\n\n  # json: true\n"])("finds nothing in %j", (text) => {
    expect(parse(text).settingsOf("serve").size).toBe(0);
  });

  it("takes a command without options", () => {
    expect(parse("serve:\n").settingsOf("serve").size).toBe(0);
  });

  it.each(REFUSALS)("refuses $name", ({ text, message }) => {
    expect(() => parse(text)).toThrow(message);
  });

  it.each([
    { text: "flavor: ./mine.js\n", flavor: "./mine.js" },
    { text: "serve:\n  flavor: [./mine.js]\n", flavor: ["./mine.js"] },
  ])("takes $flavor, which is code to run, only from a file that was named", ({ text, flavor }) => {
    expect(() => parse(text)).toThrow(
      /^mlserve\.yaml: line \d: flavor: it names code to run, in a file that was not named/,
    );
    expect(parse(text, true).settingsOf("serve").get("flavor")?.text).toEqual(flavor);
  });
});
