import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { answer, BUILD, Element, network, page, settled } from "./world.mjs";

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
  greets(more = {}) { this.open(); this.hears({ hello: { build: BUILD, beat: 5000, window: 8000, ...more } }); }
  ends(code) { this.onclose?.({ code }); }
}

const live = () => document.documentElement.getAttribute("data-live");
const quiet = { frames: [] };
const never = () => new Promise(() => {});

async function later(ms) {
  mock.timers.tick(ms);
  await settled();
}

/** A page with its first socket, what it told, and the listeners of its window. */
async function begin(answers = () => null) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1761000000000 });
  mock.method(Math, "random", () => 0.5);
  globalThis.performance = { now: () => Date.now() };
  page({ "data-person": "joao", "data-screen": "order:7", "data-cursor": "e.5.1" });
  Wire.all = [];
  globalThis.WebSocket = Wire;
  const connection = await tab()("connection.js");
  const told = [];
  const lives = [];
  connection.onConnection({
    signIn: () => told.push("signIn"),
    forbidden: () => told.push("forbidden"),
    hello: () => {},
    live: () => lives.push(live()),
    needs: () => told.push("needs"),
  });
  const asked = network(answers);
  const listeners = new Map();
  globalThis.addEventListener = (type, listener) => listeners.set(type, listener);
  connection.start();
  globalThis.addEventListener = () => {};
  const window = (type, event = {}) => listeners.get(type)(event);
  return { connection, told, lives, asked, window, wire: Wire.all[0] };
}

function show(shown) {
  document.hidden = !shown;
  document.dispatchEvent(new Event("visibilitychange"));
}

test("while a page is fetched again no socket is opened from the cursor that it will replace", async () => {
  const { connection, wire, window } = await begin(never);
  wire.greets();
  connection.lost("gap");
  assert.equal(wire.readyState, 3, "the socket that has a gap is closed");
  assert.equal(live(), "connecting");
  window("online");
  await later(2000);
  await later(2000);
  assert.equal(Wire.all.length, 1);
});

test("a page that was fetched again goes on from where it stands, also where that is further back", async () => {
  globalThis.DOMParser = class {
    parseFromString() {
      const main = new Element("main", { id: "main", "data-person": "joao", "data-screen": "order:7", "data-cursor": "e.3.1" });
      return { title: "", getElementById: () => main, querySelector: () => null, querySelectorAll: () => [] };
    }
  };
  const { wire } = await begin((url) => url === "/orders/7" ? answer(200, "drawn", { type: "text/html" }) : null);
  wire.greets();
  wire.hears({ reset: "history", window: 0 });
  await later(0);
  await later(0);
  await later(1000);
  assert.match(Wire.all.at(-1).url, /cursor=e\.3\.1$/);
  assert.equal(Wire.all.length, 2);
});

test("a page whose session ended opens no socket, whatever happens to it", async () => {
  const { connection, told, wire, window } = await begin((url) => url === "/orders/7" ? answer(403, { title: "não" }) : null);
  wire.greets();
  wire.ends(4401);
  assert.equal(live(), "stale");
  connection.lost("gap");
  await later(1000);
  for (const wakes of [() => window("online"), () => show(true), () => window("pageshow", { persisted: true }), () => window("pointerdown")]) {
    wakes();
    await later(40000);
  }
  assert.equal(Wire.all.length, 1);
  assert.deepEqual(told.slice(0, 1), ["signIn"]);
  connection.resume();
  assert.equal(Wire.all.length, 2, "somebody signed in");
});

test("whoever closed the sheet of the PIN is asked for it again when they go on, not inside of it, and not once they have signed in", async () => {
  const { connection, told, wire } = await begin();
  const click = (el) => document.dispatchEvent(Object.defineProperty(new Event("click"), "target", { value: el }));
  const button = document.body.appendChild(new Element("dialog", {}, [new Element("button")])).firstChild;
  wire.greets();
  click(document.body);
  assert.deepEqual(told, []);
  wire.ends(4401);
  click(button);
  assert.deepEqual(told, ["signIn"]);
  click(document.body);
  assert.deepEqual(told, ["signIn", "signIn"]);
  connection.resume();
  click(document.body);
  assert.equal(told.length, 2);
  Wire.all.at(-1).ends(4403);
  click(document.body);
  assert.deepEqual(told.slice(2), ["forbidden"], "a PIN would not help");
});

test("a hidden page waits to be seen before it connects again", async () => {
  const { wire } = await begin();
  wire.greets();
  show(false);
  wire.ends(1006);
  await later(60000);
  assert.equal(Wire.all.length, 1);
  show(true);
  await later(600);
  assert.equal(Wire.all.length, 2);
});

test("a socket that greets ends the asking, and one that fails meanwhile asks nothing more", async () => {
  const { asked, wire } = await begin((url) => url.includes("wait=") ? new Promise((done) => setTimeout(() => done(answer(200, quiet)), 2000)) : answer(200, quiet));
  wire.ends(1006);
  await settled();
  const first = () => asked.filter(({ url }) => url.startsWith("/feed") && !url.includes("wait=")).length;
  assert.equal(first(), 1);
  await later(1000);
  Wire.all.at(-1).ends(1006);
  await settled();
  assert.equal(first(), 1, "it is being asked already");
  await later(40000);
  Wire.all.at(-1).greets();
  await later(3000);
  const before = asked.length;
  for (let second = 0; second < 4; second++) {
    await later(2000);
    Wire.all.at(-1).hears({ frames: [], from: 5, to: 5 });
  }
  assert.equal(asked.length, before);
});

test("a socket that lived forgets how often it was tried before", async () => {
  const { wire } = await begin();
  wire.ends(1006);
  for (let round = 0; round < 8; round++) { await later(31000); Wire.all.at(-1).ends(1006); await settled(); }
  await later(31000);
  const tries = Wire.all.length;
  Wire.all.at(-1).greets();
  await later(5500);
  Wire.all.at(-1).hears({ frames: [], from: 5, to: 5 });
  Wire.all.at(-1).ends(1006);
  await later(1100);
  assert.equal(Wire.all.length, tries + 1);
});

test("a socket that is refused for what it said comes back late, and one that dies at once later each time", async () => {
  for (const code of [1003, 1008, 1009]) {
    const { wire } = await begin();
    wire.greets();
    wire.ends(code);
    await later(7000);
    assert.equal(Wire.all.length, 1, String(code));
    await later(2000);
    assert.equal(Wire.all.length, 2, String(code));
  }
});

test("what comes before the greeting makes no page live, and what needs an answer is told", async () => {
  const { told, wire } = await begin();
  wire.open();
  wire.hears({ frames: [], from: 5, to: 5 });
  assert.notEqual(live(), "live");
  wire.hears({ hello: { build: BUILD } });
  wire.hears({ needs: true });
  assert.equal(live(), "live");
  assert.deepEqual(told, ["needs"]);
});

test("who touches the page while it waits for its next try has it tried now", async () => {
  const { wire, window } = await begin();
  wire.ends(1006);
  for (let round = 0; round < 6; round++) { await later(31000); Wire.all.at(-1).ends(1006); await settled(); }
  const tries = Wire.all.length;
  window("pointerdown");
  await later(300);
  assert.equal(Wire.all.length, tries + 1);
});

test("a lost network ends the live page at once, and one that was silent in the dark is doubted", async () => {
  const { wire, window } = await begin();
  wire.greets();
  window("offline");
  assert.equal(live(), "stale");
  wire.hears({ frames: [], from: 5, to: 5 });
  assert.equal(live(), "live");
  show(false);
  await later(15000);
  show(true);
  assert.equal(live(), "connecting", "nothing came for fifteen seconds");
});

test("a busy server says when to come back, and until then the page is old", async () => {
  const { wire, window } = await begin(() => answer(503, { title: "já volto" }, { headers: { "Retry-After": "20" } }));
  wire.ends(1006);
  await settled();
  assert.equal(live(), "stale");
  // Whoever touches the page, or looks at it again, does not know that.
  for (const hurries of [() => window("pointerdown"), () => window("online"), () => { show(false); show(true); }]) {
    hurries();
    await later(6000);
    assert.equal(Wire.all.length, 1);
  }
  await later(1000);
  assert.equal(Wire.all.length, 1);
  await later(2000);
  assert.equal(Wire.all.length, 2);
});

test("what waits is hurried when a page that asks is live again, not with each answer; what needs somebody is asked with each", async () => {
  let reply;
  const { told, lives, wire } = await begin((url) => url.includes("wait=") ? new Promise((done) => { reply = done; }) : answer(200, quiet));
  wire.ends(1006);
  await settled();
  for (let n = 0; n < 3; n++) { reply(answer(200, { frames: [{ epoch: "e", from: 5, to: 5, tag: "1" }] })); await settled(); await later(1500); }
  assert.deepEqual([lives, told, live()], [["live"], ["needs", "needs", "needs"], "live"]);
});

test("a socket that opens while a page asks why it had none is what counts", async () => {
  let reply;
  const { asked, wire, window } = await begin((url) => url.includes("wait=") ? never() : new Promise((done) => { reply = done; }));
  wire.ends(1006);
  await settled();
  window("online");
  await later(300);
  Wire.all.at(-1).greets();
  reply(answer(200, quiet));
  await settled();
  assert.ok(asked.every(({ url }) => !url.includes("wait=")), "it asks nothing while it hears");
});

test("a session that ends while the page asks ends the socket that is being tried as well", async () => {
  let reply;
  const { told, wire } = await begin((url) => url.includes("wait=") ? new Promise((done) => { reply = done; }) : answer(200, quiet));
  wire.ends(1006);
  await settled();
  await later(1000);
  const tried = Wire.all.at(-1);
  assert.notEqual(tried, wire);
  reply(answer(401));
  await settled();
  assert.deepEqual([told, tried.readyState, live()], [["signIn"], 3, "stale"]);
});
