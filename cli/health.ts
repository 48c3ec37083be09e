import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { HEALTH_OPTIONS } from "../src/config/options.js";
import { MlserveError, quoteName } from "../src/core/errors.js";
import type { CommandContext } from "./command.js";

type HealthContext = CommandContext<typeof HEALTH_OPTIONS>;

/** `mlserve health`: for a container's health check, which has no other program to ask with. */
export async function healthCommand({ argument, options, output }: HealthContext): Promise<void> {
  const url = healthUrl(argument, options);
  const status = await ask(url, options);
  if (status !== 200)
    throw new MlserveError("shutting_down", `the server answers ${status}: it is not ready`, { where: url.origin });
  await output.result({ url: url.href, status }, [`ready at ${url.origin}`]);
}

/** Throws `usage` for what is no address of a server. */
function healthUrl(argument: string, { host, port, tlsCert }: HealthContext["options"]): URL {
  if (argument === "")
    return new URL(`${tlsCert === undefined ? "http" : "https"}://${toReach(host)}:${port}/health/ready`);
  const url = URL.canParse(argument) ? new URL(argument) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new MlserveError("usage", "expected an address such as http://127.0.0.1:8080", {
      where: quoteName(argument),
    });
  return new URL("/health/ready", url);
}

/** Whoever listens on every network is reached on this machine too. */
function toReach(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") ? `[${host}]` : host;
}

/** The status of the answer. The certificate is for the name that others know the server by, and is not looked at. */
function ask(url: URL, { timeout, allowedHosts }: HealthContext["options"]): Promise<number | undefined> {
  const [name] = allowedHosts ?? [];
  const options = {
    timeout,
    rejectUnauthorized: false,
    agent: false,
    headers: name === undefined ? {} : { host: name },
  };
  const send = url.protocol === "https:" ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown): void =>
      reject(new MlserveError("shutting_down", reason, { where: url.origin, cause }));
    const request = send(url, options, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.once("timeout", () => {
      fail(`no answer within ${timeout} ms`);
      request.destroy();
    });
    request.once("error", (cause) => fail("nobody answers there", cause));
    request.end();
  });
}
