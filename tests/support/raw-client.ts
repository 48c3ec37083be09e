import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A connection on which bytes are sent as they are, and answers read by their content-length. */
export interface RawClient {
  readonly socket: Socket;
  send(bytes: string | Uint8Array): void;
  /** The next answer, interim ones (1xx) included; rejects when the connection ends before it. */
  next(): Promise<RawAnswer>;
  /** Settles when the server has closed the connection. */
  readonly closed: Promise<void>;
}

export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  await once(socket, "connect");
  let received = "";
  let isOver = false;
  let wake = (): void => {};
  socket.setEncoding("latin1").on("data", (text: string) => {
    received += text;
    wake();
  });
  // A server that closes on what it refuses may reset the connection when we send more.
  socket.on("error", () => {});
  const closed = new Promise<void>((resolve) => {
    const end = (): void => {
      isOver = true;
      wake();
      resolve();
    };
    socket.once("end", end).once("close", end);
  });
  const next = async (): Promise<RawAnswer> => {
    for (;;) {
      const answer = parseAnswer(received);
      if (answer !== undefined) {
        received = received.slice(answer.length);
        return answer;
      }
      if (isOver) throw new Error(`the connection ended after ${JSON.stringify(received)}`);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { socket, send: (bytes) => socket.write(bytes), next, closed };
}

function parseAnswer(text: string): (RawAnswer & { readonly length: number }) | undefined {
  const headEnd = text.indexOf("\r\n\r\n");
  if (headEnd < 0) return undefined;
  const [line = "", ...lines] = text.slice(0, headEnd).split("\r\n");
  const headers = Object.fromEntries(
    lines.map((header) => {
      const colon = header.indexOf(":");
      return [header.slice(0, colon).toLowerCase(), header.slice(colon + 1).trim()];
    }),
  );
  const length = headEnd + 4 + Number(headers["content-length"] ?? 0);
  if (text.length < length) return undefined;
  return { status: Number(line.split(" ")[1]), headers, body: text.slice(headEnd + 4, length), length };
}
