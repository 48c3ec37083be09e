import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { Dispatcher, type Taker } from "../../src/processes/dispatcher.js";

const open: { end(): void }[] = [];
afterEach(() => {
  for (const { end } of open.splice(0)) end();
});

async function openDispatcher(): Promise<{
  dispatcher: Dispatcher;
  drops: { readonly count: number };
  connectTo: () => Promise<Socket>;
}> {
  const drops = { count: 0 };
  const dispatcher = new Dispatcher(() => drops.count++);
  const port = await dispatcher.open("127.0.0.1", 0);
  open.push({ end: () => dispatcher.close() }, { end: () => dispatcher.cut() });
  const connectTo = async (): Promise<Socket> => {
    const socket = connect(port, "127.0.0.1");
    open.push({ end: () => socket.destroy() });
    await once(socket, "connect");
    return socket;
  };
  return { dispatcher, drops, connectTo };
}

/** A process that says nothing by itself. */
function createTaker(): Taker & { readonly handed: Socket[]; arrived(count: number): Promise<void> } {
  const handed: Socket[] = [];
  let onHanded = (): void => {};
  return {
    handed,
    hand(socket) {
      handed.push(socket);
      open.push({ end: () => socket.destroy() });
      onHanded();
    },
    arrived: (count) =>
      new Promise((resolve) => {
        onHanded = () => {
          if (handed.length >= count) resolve();
        };
        onHanded();
      }),
  };
}

describe("a dispatcher", () => {
  it("gives connections in turns, and none to who has not taken the last", async () => {
    const { dispatcher, connectTo } = await openDispatcher();
    const [first, second] = [createTaker(), createTaker()];
    dispatcher.add(first);
    dispatcher.add(second);
    await connectTo();
    await first.arrived(1);
    await connectTo();
    await second.arrived(1);
    await connectTo();
    await connectTo();
    dispatcher.confirm(second);
    await second.arrived(2);
    dispatcher.confirm(second);
    await second.arrived(3);
    expect(first.handed).toHaveLength(1);
  });

  it("keeps connections while nobody can take them", async () => {
    const { dispatcher, connectTo } = await openDispatcher();
    await connectTo();
    await connectTo();
    const taker = createTaker();
    dispatcher.add(taker);
    await taker.arrived(1);
    dispatcher.confirm(taker);
    await taker.arrived(2);
  });

  it("gives to another what one had not taken when it ended", async () => {
    const { dispatcher, connectTo } = await openDispatcher();
    const [first, second] = [createTaker(), createTaker()];
    dispatcher.add(first);
    await connectTo();
    await first.arrived(1);
    dispatcher.remove(first);
    dispatcher.add(second);
    await second.arrived(1);
    expect(second.handed).toEqual(first.handed);
  });

  it("gives to another what one declines, and drops what all have declined", async () => {
    const { dispatcher, drops, connectTo } = await openDispatcher();
    const [first, second] = [createTaker(), createTaker()];
    dispatcher.add(first);
    dispatcher.add(second);
    const socket = await connectTo();
    const gone = once(socket, "close");
    socket.resume();
    await first.arrived(1);
    dispatcher.decline(first);
    await second.arrived(1);
    expect([second.handed, drops.count]).toEqual([first.handed, 0]);
    dispatcher.decline(second);
    expect(drops.count).toBe(1);
    await gone;
    await connectTo();
    await first.arrived(2);
  });

  it("cuts at the end what nobody took", async () => {
    const { dispatcher, connectTo } = await openDispatcher();
    const socket = await connectTo();
    const gone = once(socket, "close");
    socket.resume();
    const taker = createTaker();
    dispatcher.add(taker);
    await taker.arrived(1);
    dispatcher.remove(taker);
    dispatcher.close();
    dispatcher.cut();
    await gone;
  });

  it("says that its port is in use", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    open.push({ end: () => other.close() });
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await expect(new Dispatcher(() => {}).open("127.0.0.1", port)).rejects.toMatchObject({ kind: "port_unavailable" });
  });
});
