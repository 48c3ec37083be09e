import { MlserveError, quoteName } from "../core/errors.js";
import { issueFault, type SchemaIssue } from "../format/schema-fault.js";

/**
 * What reads a flavor's block of the MLmodel file: any schema of the Standard Schema interface
 * (https://standardschema.dev), such as zod's from 3.24 on, valibot's or arktype's, whatever copy of the library it
 * comes from. It must answer at once, not with a promise.
 */
export interface ConfigSchema<Config = unknown> {
  /** The properties that the interface asks for. */
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    /** Gives the block as the flavor wants it, or what is wrong with it. */
    readonly validate: (block: unknown) => ConfigResult<Config> | Promise<ConfigResult<Config>>;
    readonly types?: { readonly input: unknown; readonly output: Config } | undefined;
  };
}

/** What a schema makes of a block: its value, or what is wrong with it. */
export type ConfigResult<Config> =
  | { readonly value: Config; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** A flavor as far as its block is concerned; without a schema, the block is taken as it is. */
export interface Configured<Config> {
  readonly name: string;
  readonly config?: ConfigSchema<Config>;
}

/** Reads the block of a flavor. Throws `invalid_descriptor` naming the field that is wrong. */
export function readConfig<Config>({ name, config }: Configured<Config>, block: unknown): Config {
  // Who leaves the schema out says that any mapping will do.
  if (config === undefined) return block as Config;
  const result = config["~standard"].validate(block);
  if (result instanceof Promise)
    throw new MlserveError("unknown_flavor", `the schema of the flavor ${quoteName(name)} answers with a promise`, {
      hint: "Use a schema without asynchronous checks",
    });
  if (result.issues === undefined) return result.value;
  throw issueFault(result.issues[0] ?? { message: "not as expected" }, `flavors.${name}`, result);
}
