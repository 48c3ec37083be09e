import type { Program } from "../e2e/built-cli.js";

/** The servers that a page's commands start: each stays for the commands after it, on a port that is free here. */
export interface ReaderServers {
  isStart(command: string): boolean;
  /** What is printed until it listens, with the page's address. The server before it at that port is stopped. */
  start(command: string): Promise<string>;
  /** The command with the addresses where the page's servers are. */
  addressed(command: string): string;
  /** Stops them all; rejects when one does not end with 0. */
  stop(): Promise<void>;
}

/** With variables before it, maybe. */
const START = /^(?:\w+=\S+ )*mlserve serve /;
const PORT = / (?:--port|-p)[ =](\d+)/;
const ADDRESS = /(?:127\.0\.0\.1|localhost):(\d+)/g;

/** @param startProgram starts a command in the reader's folder */
export function createServers(startProgram: (command: string) => Program): ReaderServers {
  const byPort = new Map<string, { readonly program: Program; readonly host: string }>();
  const stopAt = async (port: string): Promise<void> => {
    const server = byPort.get(port);
    if (server === undefined) return;
    byPort.delete(port);
    server.program.child.kill("SIGTERM");
    const { code, stderr } = await server.program.ended;
    if (code !== 0) throw new Error(`the server at port ${port} ended with ${code}:\n${stderr}`);
  };
  return {
    isStart: (command) => START.test(command),
    async start(command) {
      const [, port = "8080"] = PORT.exec(command) ?? [];
      await stopAt(port);
      const program = startProgram(`${command.replace(PORT, "")} --port 0`);
      const [line, host = ""] = await program.find(/^.*http:\/\/([\w.:[\]]+).*\n/m);
      byPort.set(port, { program, host });
      return line.replace(host, `127.0.0.1:${port}`);
    },
    addressed: (command) => command.replaceAll(ADDRESS, (address, port) => byPort.get(port)?.host ?? address),
    async stop() {
      await Promise.all(Array.from(byPort.keys(), stopAt));
    },
  };
}
