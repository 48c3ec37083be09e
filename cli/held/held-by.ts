/** Names the process that holds this one; a variable, since the words of the command line are the user's. */
export const HELD_BY = "MLSERVE_HELD_BY";

/** Commands that run a model in their own process. */
const HELD_COMMANDS: readonly string[] = ["pack", "predict", "test", "validate", "diff"];

/** Does a command line run a model, so that somebody has to be there who can end it? */
export function isToBeHeld([command = "", ...words]: readonly string[]): boolean {
  return HELD_COMMANDS.includes(command) && !words.some((word) => word === "--help" || word === "-h");
}
