import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { faultsOf } from "./command-faults.js";

const ROOT = resolve(import.meta.dirname, "../..");
const FOLDER = ".github/ISSUE_TEMPLATE";
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const manifest = JSON.parse(read("package.json"));

/** What GitHub takes for the parts of a form. */
const text = z.string().min(1);
const validations = z.strictObject({ required: z.boolean() }).optional();
const labelled = { label: text, description: text.optional() };
const PART = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("markdown"), attributes: z.strictObject({ value: text }) }),
  z.strictObject({
    type: z.literal("textarea"),
    id: text,
    attributes: z.strictObject({ ...labelled, placeholder: text.optional(), render: text.optional() }),
    validations,
  }),
  z.strictObject({
    type: z.literal("dropdown"),
    id: text,
    attributes: z.strictObject({ ...labelled, options: z.array(text).min(2) }),
    validations,
  }),
  z.strictObject({
    type: z.literal("checkboxes"),
    id: text,
    attributes: z.strictObject({ ...labelled, options: z.array(z.strictObject({ label: text })).min(1) }),
  }),
]);
const FORM = z.strictObject({ name: text, description: text, labels: z.array(text), body: z.array(PART).min(1) });
const LINK = z.strictObject({ name: text, url: z.url(), about: text });
const CHOOSER = z.strictObject({ blank_issues_enabled: z.boolean(), contact_links: z.array(LINK) });

const step = z.union([
  z.strictObject({
    uses: z.string().regex(/^actions\/[\w-]+@[0-9a-f]{40}$/),
    with: z.record(text, z.unknown()).optional(),
  }),
  z.strictObject({ run: text, env: z.record(text, text).optional() }),
]);
const JOB = z.union([
  z.strictObject({ uses: z.string().regex(/^\.\/\.github\/workflows\/[\w.-]+$/) }),
  z.looseObject({ "runs-on": text, "timeout-minutes": z.number(), steps: z.array(step) }),
]);
const WORKFLOW = z.looseObject({ name: text, permissions: z.record(text, text), jobs: z.record(text, JOB) });

const workflow = (name: string) => WORKFLOW.parse(parse(read(`.github/workflows/${name}`)));

describe("issue forms", () => {
  it.each(readdirSync(join(ROOT, FOLDER)))("%s is one that GitHub takes", (name) => {
    const schema: z.ZodType = name === "config.yml" ? CHOOSER : FORM;
    expect(schema.safeParse(parse(read(`${FOLDER}/${name}`))).error).toBeUndefined();
  });

  it("ask for what doctor and inspect print", () => {
    const { body } = FORM.parse(parse(read(`${FOLDER}/bug.yml`)));
    const asked = body.flatMap((part) => (part.type === "markdown" ? [] : [part.attributes.description ?? ""]));
    for (const command of ["`mlserve doctor --json`", "`mlserve inspect <model> --json`"])
      expect(asked.join("\n")).toContain(command);
    const ids = body.flatMap((part) => (part.type === "markdown" ? [] : [part.id]));
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("workflows", () => {
  it.each(readdirSync(join(ROOT, ".github/workflows")))("%s runs only actions that are pinned", (name) => {
    expect(WORKFLOW.safeParse(parse(read(`.github/workflows/${name}`))).error).toBeUndefined();
  });

  it("release runs .ci/run before it publishes with provenance, with no more rights than that takes", () => {
    const { jobs, permissions } = workflow("release.yml");
    expect(permissions).toEqual({ contents: "read" });
    expect(jobs.checks).toEqual({ uses: "./.github/workflows/ci.yml" });
    expect(jobs.publish).toMatchObject({ needs: "checks", permissions: { contents: "read", "id-token": "write" } });
    expect(commandsOf("release.yml")).toContain("npm publish --provenance");
    expect(commandsOf("ci.yml").some((command) => command.endsWith(" .ci/run"))).toBe(true);
  });
});

function commandsOf(name: string): string[] {
  const jobs = Object.values(workflow(name).jobs);
  const steps = jobs.flatMap((job) => ("steps" in job ? z.array(step).parse(job.steps) : []));
  return steps.flatMap((one) => ("run" in one ? one.run.trim().split("\n") : []));
}

const PAGES = [
  ...readdirSync(join(ROOT, FOLDER)).map((name) => `${FOLDER}/${name}`),
  ...readdirSync(join(ROOT, ".github/workflows")).map((name) => `.github/workflows/${name}`),
  ".github/PULL_REQUEST_TEMPLATE.md",
  "SECURITY.md",
];

describe.each(PAGES)("%s", (page) => {
  const lines = read(page);

  it("names only commands and options of mlserve that there are", () => {
    const named = Array.from(lines.matchAll(/`(mlserve [a-z][^`]*)`/g), ([, line = ""]) => line.replace(/\s+/g, " "));
    expect(named.flatMap(faultsOf)).toEqual([]);
  });

  it("names only scripts and files that there are", () => {
    const scripts = Array.from(lines.matchAll(/npm (?:run )?(test|docs|attw)\b/g), ([, name = ""]) => name);
    expect(scripts.filter((name) => manifest.scripts[name] === undefined)).toEqual([]);
    const files = Array.from(lines.matchAll(/(?<![\w/])(?:docs|scripts|\.ci)\/[\w.-]*\w/g), ([file]) => file);
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it("sends people to the repository that package.json names", () => {
    const repository = manifest.repository.url.replace(/^git\+|\.git$/g, "");
    const links = Array.from(lines.matchAll(/https:\/\/github\.com\/[^\s)]+/g), ([url]) => url);
    expect(links.filter((url) => !url.startsWith(`${repository}/`))).toEqual([]);
  });
});
