import { MlserveError, quoteName } from "../core/errors.js";

const MAX_PATH_BYTES = 1024;
const MAX_COMPONENT_BYTES = 255;

/** Each rule: a name that matches, and what is wrong with it. Checked in order, on the whole name. */
const NAME_FAULTS: readonly (readonly [(name: string) => boolean, string])[] = [
  [(name) => name === "", "the name is empty"],
  [(name) => /\p{Cc}/u.test(name), "the name holds a control character"],
  [(name) => /[\ufffd\p{Surrogate}]/u.test(name), "the name is not valid UTF-8"],
  [(name) => name.includes("\\"), "the name holds a backslash"],
  [(name) => name.startsWith("/"), "the name is absolute"],
  [(name) => name.includes(":"), "the name holds a colon (a drive or a stream to some systems)"],
  [(name) => Buffer.byteLength(name) > MAX_PATH_BYTES, `the name is longer than ${MAX_PATH_BYTES} bytes`],
];

/** The same for each part of a name between slashes. */
const PART_FAULTS: readonly (readonly [(part: string) => boolean, string])[] = [
  [(part) => part === "", "a part of the name is empty"],
  [(part) => part === "." || part === "..", 'a part of the name is "." or ".."'],
  [(part) => /[. ]$/.test(part), "a part of the name ends in a dot or a space"],
  [(part) => isReserved(part), "a part of the name is reserved on Windows"],
  [(part) => Buffer.byteLength(part) > MAX_COMPONENT_BYTES, `a part is longer than ${MAX_COMPONENT_BYTES} bytes`],
];

/** Devices to Windows, whatever the case and whatever follows a dot. */
function isReserved(part: string): boolean {
  return /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3]) *(\.|$)/i.test(part);
}

/** Why a name cannot be that of a model's file on every system; undefined when it can. */
export function nameFault(name: string): string | undefined {
  const fault = NAME_FAULTS.find(([matches]) => matches(name));
  if (fault !== undefined) return fault[1];
  const parts = name.split("/");
  return PART_FAULTS.find(([matches]) => parts.some(matches))?.[1];
}

/** Throws `invalid_package` for a name that cannot be that of a model's file: relative, with `/` between its parts. */
export function checkFileName(name: string): void {
  const fault = nameFault(name);
  if (fault !== undefined) throw new MlserveError("invalid_package", fault, { where: `file ${quoteName(name)}` });
}

/** Sorts names by code point, which is the order of their UTF-8 bytes. */
export function compareNames(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** The names of one model, none of which may stand in another's way on any file system. */
export interface NameSet {
  /** Throws `invalid_package` for a bad name, and for one that is taken or needs a file to be a folder. */
  addFile(name: string): void;
  addFolder(name: string): void;
  /** Folders, those above the added names among them. */
  readonly folders: number;
}

export function createNameSet(): NameSet {
  const taken = new Map<string, { readonly name: string; readonly kind: "file" | "folder" }>();
  let folders = 0;

  function addParents(name: string): void {
    for (let slash = name.indexOf("/"); slash !== -1; slash = name.indexOf("/", slash + 1))
      addOne(name.slice(0, slash), name);
  }

  function addOne(folder: string, forName: string): void {
    const present = taken.get(foldName(folder));
    if (present?.kind === "folder" && present.name === folder) return;
    if (present !== undefined) throw conflict(forName, present.name);
    taken.set(foldName(folder), { name: folder, kind: "folder" });
    folders++;
  }

  return {
    addFile(name) {
      checkFileName(name);
      addParents(name);
      const present = taken.get(foldName(name));
      if (present !== undefined) throw conflict(name, present.name);
      taken.set(foldName(name), { name, kind: "file" });
    },
    addFolder(name) {
      checkFileName(name);
      addParents(name);
      addOne(name, name);
    },
    get folders() {
      return folders;
    },
  };
}

/** Equal for names that some file system takes for one: case, composed and decomposed letters, `ß` and `ss`. */
function foldName(name: string): string {
  return name.normalize("NFKC").toLowerCase().toUpperCase().normalize("NFC");
}

function conflict(name: string, present: string): MlserveError {
  const same = "there is another file or a folder of this name";
  const alike = `cannot stand beside ${quoteName(present)}: to some file systems they are in each other's place`;
  return new MlserveError("invalid_package", name === present ? same : alike, { where: `file ${quoteName(name)}` });
}
