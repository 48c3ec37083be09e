/** Where the program of the command line lies. A module of its own, so that who runs mlserve otherwise can tell where. */
export const MAIN_ENTRY: URL = new URL("./main.js", import.meta.url);
