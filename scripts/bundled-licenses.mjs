import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./processes.mjs";

/*
 * The licences of the packages that a bundle holds.
 */

/** The packages that these files of the project belong to, by the folder that each is installed in. */
export function packagesOf(files) {
  const folders = new Set(files.map(packageFolder).filter((folder) => folder !== undefined));
  return [...folders].sort().map((folder) => readPackage(folder));
}

/** `node_modules/a/node_modules/@b/c` of a file in it; undefined for our own. */
function packageFolder(path) {
  const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [];
  return folder;
}

function readPackage(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(ROOT, folder, "package.json"), "utf8"));
  if (typeof license !== "string") throw new Error(`${name} names no licence`);
  return { name, version, license, text: licenseText(folder, { name, license }) };
}

function licenseText(folder, { name, license }) {
  const files = readdirSync(join(ROOT, folder)).filter((file) =>
    /^(third-party-)?(licen[cs]e|copying|notice)/i.test(file),
  );
  const texts = files.map((file) => readFileSync(join(ROOT, folder, file), "utf8").trim());
  if (texts.length > 0) return texts.join("\n\n");
  const names = license.replace(/^\(|\)$/g, "").split(" AND ");
  return names.map((spdx) => standardText(spdx, name)).join("\n\n");
}

/** Who holds the rights, by the packages' sources, where a package comes without a file of its licence. */
const HOLDERS = {
  "@tensorflow/tfjs-layers": "2018 Google LLC",
  isarray: "2013 Julian Gruber <mail@juliangruber.com>",
  "onnxruntime-common": "Microsoft Corporation",
  "onnxruntime-node": "Microsoft Corporation",
  seedrandom: "2019 David Bau",
};

/** Files of packages that begin with a licence of their own. */
const HEADS = { "@bufbuild/protobuf": "dist/esm/wire/varint.js" };

function standardText(license, name) {
  if (license === "Apache-2.0") return readFileSync(join(ROOT, "LICENSE"), "utf8").trim();
  if (license === "MIT" && name in HOLDERS) return `Copyright (c) ${HOLDERS[name]}\n\n${MIT}`;
  if (license === "BSD-3-Clause" && name in HEADS) return headOf(join(ROOT, "node_modules", name, HEADS[name]));
  throw new Error(`${name} comes without the text of its licence, ${license}`);
}

/** The comment that a file begins with. */
function headOf(path) {
  const [head = ""] = /^(?:\/\/.*\n)+/.exec(readFileSync(path, "utf8")) ?? [];
  return head.replace(/^\/\/ ?/gm, "").trim();
}

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/** One text: each licence after the names of the packages that come under it. */
export function spellLicenses(packages) {
  const byText = new Map();
  for (const one of packages) byText.set(one.text, [...(byText.get(one.text) ?? []), one]);
  const sections = Array.from(
    byText,
    ([text, those]) => `${RULE}\n${those.map(headline).join("\n")}\n${RULE}\n\n${text}\n`,
  );
  return [INTRODUCTION, ...sections].join("\n");
}

export function headline({ name, version, license }) {
  return `${name} ${version} (${license})`;
}

const RULE = "-".repeat(80);

const INTRODUCTION = `The files beside this one hold code of the packages named here, each under the licence that follows it.
mlserve itself is under the Apache License 2.0.
`;
