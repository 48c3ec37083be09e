import { makePrivateFolder, removePrivateFolder, sweepPrivateFolders } from "../src/format/private-folder.js";
import type { Io } from "./io.js";

/** A private folder that is made when first asked for. */
export interface Scratch {
  folder(): string;
  /** Removes it with all that is in it. Waits for nothing, so that it works while the process ends. */
  remove(): void;
}

export function createScratch({ temporaryFolder, atExit }: Io): Scratch {
  let made: string | undefined;
  const remove = (): void => {
    if (made !== undefined) removePrivateFolder(made);
    made = undefined;
  };
  atExit(remove);
  return {
    folder() {
      if (made === undefined) {
        sweepPrivateFolders(temporaryFolder);
        made = makePrivateFolder(temporaryFolder);
      }
      return made;
    },
    remove,
  };
}
