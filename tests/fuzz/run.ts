import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createRandom, mutate, type Random } from "./mutate.js";

const FOUND = resolve(import.meta.dirname, "../../.cache/fuzz");

/** For how long each target is tried, and where chance begins: `npm run fuzz -- --seconds 60 --seed 1`. */
const SECONDS = Number(process.env.MLSERVE_FUZZ_SECONDS ?? 2);
const SEED = Number(process.env.MLSERVE_FUZZ_SEED ?? Date.now() % 1_000_000);

/** Nothing may keep a server busy for longer, whatever it holds. */
const SLOW_MS = 2000;

export interface Target {
  readonly name: string;
  readonly samples: readonly Buffer[];
  /** Milliseconds that an input may take. Default 2000; what starts processes takes longer. */
  readonly slowMs?: number;
  /** Throws when what becomes of the input is not right. */
  attempt(input: Buffer, random: Random): Promise<void>;
}

/**
 * Tries changed samples until the time is over, and gives how many.
 *
 * Throws with the seed for the first that goes wrong, which is kept in `.cache/fuzz` so that it can become a test.
 */
export async function fuzz({ name, samples, slowMs = SLOW_MS, attempt }: Target): Promise<number> {
  const random = createRandom(SEED);
  const end = performance.now() + SECONDS * 1000;
  let tried = 0;
  for (; performance.now() < end; tried++) {
    const input = mutate(samples, random);
    const start = performance.now();
    try {
      await attempt(input, random);
      const took = performance.now() - start;
      if (took > slowMs) throw new Error(`it took ${Math.round(took)} ms`);
    } catch (error) {
      mkdirSync(FOUND, { recursive: true });
      const file = join(FOUND, `${name.replaceAll(/\W+/g, "-")}-${SEED}-${tried}`);
      writeFileSync(file, input);
      throw new Error(`${name}, seed ${SEED}, input ${tried} (kept as ${file})`, { cause: error });
    }
  }
  process.stdout.write(`${name}: ${tried} inputs, seed ${SEED}\n`);
  return tried;
}
