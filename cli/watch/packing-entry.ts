/** Where the program of a packing process lies. A module of its own, so that who runs mlserve otherwise can tell where. */
export const PACKING_ENTRY: URL = new URL("./packing.js", import.meta.url);
