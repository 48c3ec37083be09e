import type { Tensor } from "@tensorflow/tfjs-core";
import type { BackendName } from "./config.js";
import type { TfCore } from "./runtime.js";

/** Where the turns of an engine are kept. */
const TURNS = Symbol.for("mlserve.tfjs.turns");

interface TakesTurns {
  [TURNS]?: Promise<void>;
}

/**
 * Runs `work` while no other of our models uses TensorFlow.js, on a backend that was started before; on whichever is in
 * use where none is said.
 *
 * All models of a process share one engine, with one backend in use and one stack of scopes, and a run with control flow
 * gives way in its midst. The queue hangs on the engine because that is what it guards, whichever copy of this module
 * asks.
 */
export function takeTurn<T>(core: TfCore, backend: BackendName | undefined, work: () => Promise<T>): Promise<T> {
  const engine: ReturnType<TfCore["engine"]> & TakesTurns = core.engine();
  const turn = (engine[TURNS] ?? Promise.resolve()).then(async () => {
    if (backend !== undefined && engine.backendName !== backend) await core.setBackend(backend);
    return work();
  });
  engine[TURNS] = turn.then(
    () => {},
    () => {},
  );
  return turn;
}

/** What becomes of the tensors that were made meanwhile. */
export type Survivors = () => ReadonlySet<Tensor>;

/**
 * Runs `work` and disposes of every tensor that was made meanwhile, however it ends; but for the survivors when it ends
 * well. Tensors that the engine was told to keep are no exception: a loop that fails would leave its lists behind.
 *
 * To be called within a turn.
 */
export async function withinScope<T>(core: TfCore, work: () => T | Promise<T>, survivors: Survivors): Promise<T> {
  const engine = core.engine();
  engine.startScope("mlserve");
  const { track } = engine.state.activeScope;
  let lasting: ReadonlySet<Tensor> | undefined;
  try {
    const result = work();
    // Without a promise nobody gets between.
    const value = result instanceof Promise ? await result : result;
    lasting = survivors();
    return value;
  } finally {
    const kept = lasting ?? survivors();
    for (const tensor of track) tensor.kept = kept.has(tensor);
    engine.endScope();
  }
}
