import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { answer, BUILD, network, page, settled } from "./world.mjs";

/** Sockets as a test drives them. */
class Wire {
  constructor(url) {
    this.url = url;
    this.readyState = 0;
    Wire.all.push(this);
  }
  close() { this.readyState = 3; }
  send() {}
  open() { this.readyState = 1; this.onopen?.(); }
  hears(object) { this.onmessage?.({ data: JSON.stringify(object) }); }
  ends(code) { this.onclose?.({ code }); }
}

async function begin(socket = Wire) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1761000000000 });
  mock.method(Math, "random", () => 0.5);
  page({ "data-person": "joao", "data-screen": "order:7", "data-cursor": "e.5.1" });
  Wire.all = [];
  globalThis.WebSocket = socket;
  if (!socket) delete globalThis.WebSocket;
  const load = tab();
  const connection = await load("connection.js");
  const told = [];
  connection.onConnection({
    signIn: () => told.push("signIn"),
    forbidden: (sentence) => told.push("forbidden " + sentence),
    ended: () => told.push("ended"),
    hello: (hello) => told.push("hello " + hello.build),
    live: () => {},
  });
  return { connection, told };
}

const live = () => document.documentElement.getAttribute("data-live");
const quiet = { frames: [] };

/** A poll that waits as the server does, until the test is over. */
const feed = (first) => (url) => url.includes("wait=") ? new Promise(() => {}) : answer(200, first);

async function later(ms) {
  mock.timers.tick(ms);
  await settled();
}

test("a greeting makes the page live and tells its build", async () => {
  const { connection, told } = await begin();
  connection.start();
  const [wire] = Wire.all;
  assert.match(wire.url, /^ws:\/\/app\.example\/live\?screen=order%3A7&cursor=e\.5\.1$/);
  wire.open();
  assert.notEqual(live(), "live");
  wire.hears({ hello: { build: BUILD, beat: 5000 } });
  assert.equal(live(), "live");
  assert.deepEqual(told, ["hello " + BUILD]);
});

test("a greeting without a build is not ours", async () => {
  const { connection, told } = await begin();
  network(() => null);
  connection.start();
  Wire.all[0].open();
  Wire.all[0].hears({ hello: { beat: 5000 } });
  await settled();
  assert.notEqual(live(), "live");
  assert.deepEqual(told, []);
});

for (const [what, socket, play] of [
  ["throws", class { constructor() { throw new Error("no"); } }, () => {}],
  ["is missing", null, () => {}],
  ["never opens", Wire, () => {}],
  ["opens and is mute", Wire, (wire) => wire.open()],
  ["is refused", Wire, (wire) => wire.ends(1006)],
]) {
  test(`where the socket ${what} the page lives by asking within fifteen seconds`, async () => {
    const { connection } = await begin(socket);
    const asked = network(feed(quiet));
    connection.start();
    if (Wire.all[0]) play(Wire.all[0]);
    let waited = 0;
    while (live() !== "live" && waited < 15000) { await later(500); waited += 500; }
    assert.equal(live(), "live", `after ${waited} ms`);
    await settled();
    assert.ok(asked.some((one) => one.url.includes("wait=")), "and asks on");
  });
}

test("what a gateway answers instead of the feed is not live", async () => {
  for (const [status, body] of [[200, { status: "ok" }], [200, "<html>"], [401, "login"], [403, "no"], [404, {}]]) {
    const { connection, told } = await begin();
    network(() => answer(status, body, { build: null }));
    connection.start();
    Wire.all[0].ends(1006);
    await settled();
    assert.equal(live(), "stale", String(status));
    assert.deepEqual(told, []);
  }
});

test("our own 401 and 403 are words to a person, and end the tries", async () => {
  for (const [status, word] of [[401, "signIn"], [403, "forbidden Acesso encerrado"]]) {
    const { connection, told } = await begin();
    network(() => answer(status, { title: "Acesso encerrado" }));
    connection.start();
    Wire.all[0].ends(1006);
    await settled();
    assert.deepEqual(told, [word]);
    const wires = Wire.all.length;
    await later(60000);
    assert.equal(Wire.all.length, wires);
  }
  const { connection, told } = await begin();
  connection.start();
  Wire.all[0].open();
  Wire.all[0].ends(4401);
  assert.deepEqual(told, ["signIn"]);
});

test("a greeted socket that falls silent is given up after two beats and a second", async () => {
  const { connection } = await begin();
  network(() => null);
  connection.start();
  Wire.all[0].open();
  Wire.all[0].hears({ hello: { build: BUILD, beat: 5000 } });
  await later(10500);
  assert.equal(Wire.all.length, 1);
  await later(1000);
  await later(1000);
  assert.equal(Wire.all.length, 2);
});

test("after a crash the first try is spread over two seconds as well", async () => {
  const { connection } = await begin();
  connection.start();
  Wire.all[0].open();
  Wire.all[0].hears({ hello: { build: BUILD, beat: 5000 } });
  await later(6000);
  Wire.all[0].ends(1006);
  await later(900);
  assert.equal(Wire.all.length, 1, "half of two seconds is not over");
  await later(200);
  assert.equal(Wire.all.length, 2);
});

test("sockets go on being tried while the page lives by asking, and take over", async () => {
  const { connection } = await begin();
  network(feed(quiet));
  connection.start();
  Wire.all[0].ends(1006);
  await settled();
  await later(40000);
  const wire = Wire.all.at(-1);
  assert.ok(Wire.all.length > 1);
  wire.open();
  wire.hears({ hello: { build: BUILD } });
  assert.equal(live(), "live");
});

/** A page that was greeted, with what ends it. */
async function greeted() {
  const begun = await begin();
  network(() => null);
  begun.connection.start();
  Wire.all[0].open();
  Wire.all[0].hears({ hello: { build: BUILD, beat: 5000, window: 8000 } });
  return begun;
}

test("a socket that a server closes for going away comes back spread over the server's window", async () => {
  await greeted();
  Wire.all[0].ends(1012);
  await later(3900);
  assert.equal(Wire.all.length, 1, "not before its share of the window");
  await later(200);
  assert.equal(Wire.all.length, 2);
});

test("a socket that is closed for a right that is gone says so and is not tried again", async () => {
  const { told } = await greeted();
  Wire.all[0].ends(4403);
  assert.deepEqual(told, ["hello " + BUILD, "forbidden undefined"]);
  await later(60000);
  assert.equal(Wire.all.length, 1);
});

test("a socket of somebody who is not active any more says that access has ended, and is not tried again", async () => {
  const { told } = await greeted();
  Wire.all[0].ends(4410);
  assert.deepEqual(told, ["hello " + BUILD, "ended"]);
  await later(60000);
  assert.equal(Wire.all.length, 1);
});

test("a doubt expects a word within a beat and a second", async () => {
  const { connection } = await greeted();
  connection.doubt();
  assert.equal(live(), "stale");
  await later(6100);
  await later(1000);
  assert.equal(Wire.all.length, 2, "sooner than after two beats");
});

test("each word of a greeted socket begins its watch anew", async () => {
  await greeted();
  for (let beat = 0; beat < 4; beat++) {
    await later(5000);
    Wire.all[0].hears({ frames: [], from: 5, to: 5 });
  }
  assert.equal(Wire.all.length, 1);
  assert.equal(live(), "live");
});

test("a page that is left is not live when somebody comes back to it", async () => {
  const listeners = new Map();
  const { connection } = await begin();
  globalThis.addEventListener = (type, listener) => listeners.set(type, listener);
  network(() => null);
  connection.start();
  globalThis.addEventListener = () => {};
  Wire.all[0].open();
  Wire.all[0].hears({ hello: { build: BUILD } });
  assert.equal(live(), "live");
  listeners.get("pagehide")();
  assert.notEqual(live(), "live");
  assert.equal(Wire.all[0].readyState, 3, "its socket is closed");
});

test("a poll that is told to fetch the page alone does so at once, and with everybody it spreads", async () => {
  for (const [said, pages] of [[{ reset: "access", window: 0 }, 1], [{ reset: "access" }, 0]]) {
    const { connection } = await begin(null);
    const asked = network((url) => url.startsWith("/feed") ? answer(200, said) : new Promise(() => {}));
    connection.start();
    await settled();
    await later(0);
    assert.equal(asked.filter(({ url }) => url === "/orders/7").length, pages);
  }
});

test("a page that was kept on the device is fetched anew once it is connected, and only then", async () => {
  for (const kept of [true, false]) {
    const { connection } = await begin();
    if (kept) document.documentElement.setAttribute("data-kept", "1761000000000");
    const asked = network(() => null);
    connection.start();
    await later(1000);
    assert.equal(asked.length, 0);
    Wire.all[0].open();
    Wire.all[0].hears({ hello: { build: BUILD, beat: 5000 } });
    await later(1000);
    assert.deepEqual(asked.map(({ url }) => url), kept ? ["/orders/7"] : [], `kept: ${kept}`);
  }
});
