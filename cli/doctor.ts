import type { DOCTOR_OPTIONS } from "../src/config/options.js";
import { MlserveError } from "../src/core/errors.js";
import type { CommandContext } from "./command.js";
import { CHECKS, type Finding } from "./machine-checks.js";
import type { Output } from "./output.js";
import { formatCount, formatTable } from "./text.js";

/** `mlserve doctor`. */
export async function doctorCommand({ options, io, output }: CommandContext<typeof DOCTOR_OPTIONS>): Promise<void> {
  const { host, port } = options;
  const found = await Promise.all(CHECKS.map((check) => check({ host, port, temporaryFolder: io.temporaryFolder })));
  const findings = found.flat();
  const broken = findings.filter(({ state }) => state === "broken").length;
  await output.result({ fit: broken === 0, findings }, toLines(findings, output));
  if (broken > 0)
    throw new MlserveError("machine_unfit", `${formatCount(broken, "thing")} to mend before models can be served`);
}

const COLORS = { ok: "green", optional: "dim", warning: "yellow", broken: "red" } as const;

function toLines(findings: readonly Finding[], { paint }: Output): string[] {
  const rows = formatTable(findings.map(({ state, name, found }) => [state, name, found]));
  return findings.flatMap(({ state, hint }, i) => {
    const row = (rows[i] ?? "").replace(state, () => paint(COLORS[state], state));
    return hint === undefined ? [row] : [row, `           ${hint}`];
  });
}
