/** Where the program of a worker process lies. A module of its own, so that who runs mlserve otherwise can tell where. */
export const WORKER_ENTRY: URL = new URL("./worker.js", import.meta.url);
