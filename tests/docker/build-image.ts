import { openWorkplace } from "../e2e/built-cli.js";
import { BASE_IMAGE } from "./docker.js";

/** Where the daemon of the tests is. */
export const environment = { DOCKER_HOST: process.env.DOCKER_HOST ?? "" };

/** What `build-docker --json` tells. */
export interface Built {
  readonly bytes: number;
  readonly context?: string;
  readonly layers: readonly { readonly title: string; readonly bytes: number; readonly digest?: string }[];
}

/** Builds an image as a user does; throws when it fails. */
export async function buildImage(model: string, tag: string, more: readonly string[] = []): Promise<Built> {
  using place = openWorkplace();
  const args = ["build-docker", model, "-t", tag, "--base-image", BASE_IMAGE, "--json", ...more];
  const { code, stdout, stderr, left } = await place.run(args, { environment });
  if (code !== 0) throw new Error(`build-docker ended with ${code}: ${stderr}`);
  if (left.length > 0) throw new Error(`build-docker left ${left.join(", ")}`);
  return JSON.parse(stdout);
}
