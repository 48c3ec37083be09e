/*
 * node registry-gate.mjs SOCKET PROGRAM ARGUMENT...
 *
 * Runs a program for which npm's registry is at 127.0.0.1: whatever it sends there goes to a Unix socket, which also
 * reaches out of a network that has nothing else.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { constants } from "node:os";

const [socket, program, ...args] = process.argv.slice(2);
const gate = createServer((client) => {
  const registry = connect(socket);
  client.pipe(registry).pipe(client);
  client.on("error", () => registry.destroy());
  registry.on("error", () => client.destroy());
});
gate.listen(0, "127.0.0.1");
await once(gate, "listening");

const registry = `http://127.0.0.1:${gate.address().port}/`;
// The registry's answers name its own host in the addresses of packages.
const env = { ...process.env, npm_config_registry: registry, npm_config_replace_registry_host: "always" };
const child = spawn(program, args, { stdio: "inherit", env });
const [code, signal] = await once(child, "exit");
process.exitCode = code ?? 128 + constants.signals[signal];
gate.close();
