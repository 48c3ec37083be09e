import { writeSync } from "node:fs";
import { Socket } from "node:net";
import type { Logger } from "../core/logger.js";
import { endWithParent } from "./end-with-parent.js";
import { toErrorFields } from "./error-fields.js";
import { type Frame, FrameReader, FrameWriter } from "./frames.js";
import { watchIntrinsics } from "./intrinsics.js";
import { loadOrder } from "./load-order.js";
import { endOwnGroup } from "./process-group.js";
import { FROM_WORKER, fromJsonPayload, TO_WORKER, toJsonPayload, type WorkerOrder, writeRunFacts } from "./protocol.js";
import { ReceivedCalls } from "./received-calls.js";

/*
 * The program of a worker process: loads one model and answers the calls of the server that started it, over the socket
 * that it was given as file descriptor 3. It ends with its server, however that ends.
 */

const CHANNEL = 3;

main();

function main(): void {
  endWithParent(Number(process.argv[2]));
  const socket = new Socket({ fd: CHANNEL, readable: true, writable: true });
  const writer = new FrameWriter(socket);
  let calls: ReceivedCalls | undefined;
  const receive = (frame: Frame): void => {
    if (frame.kind === TO_WORKER.start) {
      void start(fromJsonPayload(frame.payload) as WorkerOrder, writer).then((started) => {
        calls = started;
      });
    } else if (frame.kind === TO_WORKER.request) calls?.add(frame);
    else if (frame.kind === TO_WORKER.cancel) calls?.cancel(frame.id);
    else if (frame.kind === TO_WORKER.pull) calls?.pull(frame.id, frame.first);
  };
  const reader = new FrameReader(receive);
  socket.on("data", (chunk: Buffer) => reader.push(chunk));
  socket.on("error", endOwnGroup);
  socket.on("close", endOwnGroup);
  // Ctrl-C and service managers signal every process at once; the server finishes what has begun, then ends its workers.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  // Whatever a model throws where nobody catches it ends the worker: its state can be trusted no more.
  process.on("uncaughtException", (error) => {
    writeLog(writer, "error", { err: toErrorFields(error) }, "the model's code threw where nobody catches it");
    writer.flush();
    socket.end(() => process.exit(1));
  });
}

/** undefined when the model cannot be loaded: the server is told, and ends this process. */
async function start(order: WorkerOrder, writer: FrameWriter): Promise<ReceivedCalls | undefined> {
  try {
    const { executor, ready } = await loadOrder(order, createFrameLogger(writer), (run) =>
      writer.write({ kind: FROM_WORKER.run, first: Number(run.isSplit), payload: [writeRunFacts(run)] }),
    );
    writer.write({ kind: FROM_WORKER.ready, payload: [toJsonPayload(ready)] });
    writer.flush();
    writer.beforeFlush = endIfTampered(watchIntrinsics());
    return new ReceivedCalls(executor, writer, ready.concurrency);
  } catch (error) {
    writer.write({ kind: FROM_WORKER.refused, payload: [toJsonPayload(toErrorFields(error))] });
    return undefined;
  }
}

/**
 * A built-in function that the model has replaced since it was loaded could falsify every later answer of this process,
 * so that none of them leaves it. What is needed for that was taken before the model could touch it.
 */
function endIfTampered(findChange: () => string | undefined): () => void {
  const exit = process.exit.bind(process);
  const say = writeSync;
  return () => {
    const changed = findChange();
    if (changed === undefined) return;
    say(process.stderr.fd, `the model has replaced ${changed}: its worker ends\n`);
    exit(1);
  };
}

function createFrameLogger(writer: FrameWriter): Logger {
  const at = (level: keyof Logger) => (fields: object, message?: string) => writeLog(writer, level, fields, message);
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

function writeLog(writer: FrameWriter, level: keyof Logger, fields: object, message: string | undefined): void {
  writer.write({ kind: FROM_WORKER.log, payload: [toJsonPayload({ level, fields: plainFields(fields), message })] });
}

/** An error is told by its stack; what JSON cannot say is left out. */
function plainFields(fields: object): object {
  const entries = Object.entries(fields).map(([key, value]) => [
    key,
    value instanceof Error ? { type: value.name, message: value.message, stack: value.stack } : value,
  ]);
  try {
    JSON.stringify(entries);
    return Object.fromEntries(entries);
  } catch {
    return {};
  }
}
