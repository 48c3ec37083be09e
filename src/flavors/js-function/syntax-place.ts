import { execFile } from "node:child_process";

/**
 * The line of a file that is no JavaScript; undefined where there is none.
 *
 * Node tells it of a module that was imported only where nobody catches the error, so that another Node has to look.
 */
export function syntaxErrorLine(path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    execFile(process.execPath, ["--check", path], { timeout: 10_000 }, (_error, _stdout, stderr) => {
      const line = /^\S.*:(\d+)$/m.exec(stderr)?.[1];
      resolve(line === undefined ? undefined : Number(line));
    });
  });
}
