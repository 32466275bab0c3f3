import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { answer, Element, network, page, settled } from "./world.mjs";

/** The text of an answer stands for the page that it draws. */
const pages = new Map();
globalThis.DOMParser = class {
  parseFromString(text) {
    const main = pages.get(text) || null;
    return { title: main?.title || "", getElementById: (id) => id === "main" ? main : null, querySelectorAll: () => [] };
  }
};

const drawn = (attributes = {}) => new Element("main",
  { id: "main", "data-person": "joao", "data-screen": "order:7", "data-cursor": "e.9.2", ...attributes }, []);

/** A page, what it told, and the modules beside it. */
async function begin({ attributes = {}, random = 0.5 } = {}) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1761000000000 });
  mock.method(Math, "random", () => random);
  globalThis.performance = { now: () => Date.now(), getEntriesByType: () => [] };
  globalThis.PointerEvent = class extends Event {};
  page({ "data-person": "joao", "data-screen": "order:7", "data-cursor": "e.5.1", ...attributes });
  const left = [];
  globalThis.location = Object.assign(new URL("http://app.example/orders/7"), { reload: () => left.push("reload"), assign: (to) => left.push(to) });
  const load = tab();
  const told = [];
  const resync = await load("resync.js");
  const hooks = { turned: () => told.push("turned"), failed: () => told.push("failed"), signIn: async () => { told.push("signIn"); } };
  resync.onOutcome(hooks);
  (await load("touch.js")).start();
  return { ...resync, load, told, left };
}

async function later(ms) {
  mock.timers.tick(ms);
  await settled();
}

const cursor = () => document.getElementById("main").dataset.cursor;

test("a hidden page is fetched when it is seen again", async () => {
  const { resync } = await begin();
  const asked = network(() => answer(503));
  document.hidden = true;
  resync({});
  await settled();
  await later(60000);
  assert.equal(asked.length, 0);
  document.hidden = false;
  document.dispatchEvent(new Event("visibilitychange"));
  await settled();
  assert.equal(asked.length, 1);
});

test("a server that says when is asked then, one that does not ever later, up to half a minute", async () => {
  const { resync } = await begin();
  const asked = network(() => answer(503, {}, { headers: { "Retry-After": "20" } }));
  resync({});
  await settled();
  await later(20000);
  assert.equal(asked.length, 1);
  await later(600);
  assert.equal(asked.length, 2);

  const other = await begin();
  const tries = network(() => answer(500));
  other.resync({});
  await settled();
  for (let second = 0; second < 8; second++) { await later(500); await later(500); }
  assert.ok(tries.length >= 4 && tries.length <= 6, `${tries.length} in eight seconds`);
  await later(60000);
  await later(14900);
  const many = tries.length;
  await later(14900);
  assert.ok(tries.length - many <= 1, "half a minute, spread");
});

test("a session that ended goes on at once after somebody signed in", async () => {
  const { resync, told } = await begin();
  pages.set("new", drawn());
  network((url, options, n) => n === 1 ? answer(401) : answer(200, "new"));
  let done = false;
  resync({ now: true }).then(() => { done = true; });
  await settled();
  for (let i = 0; i < 3; i++) await later(1);
  assert.deepEqual([told, cursor(), done], [["signIn", "failed"], "e.9.2", true]);
});

test("an answer that never ends is given up after fifteen seconds, and asked for again", async () => {
  const { resync } = await begin();
  const asked = network((url, { signal }) => new Promise((done, fail) => signal.addEventListener("abort", () => fail(new Error("over")))));
  resync({});
  await settled();
  await later(14900);
  assert.equal(asked[0].signal.aborted, false);
  await later(200);
  assert.equal(asked[0].signal.aborted, true);
  await later(600);
  assert.equal(asked.length, 2);
});

test("what is no more is left, unless it is being left already, and once only in fifteen seconds", async () => {
  for (const status of [404, 410]) {
    const { resync, left } = await begin();
    network(() => answer(status, {}));
    resync({});
    await settled();
    assert.deepEqual(left, ["reload"], String(status));
    for (let second = 0; second < 14; second++) await later(1000);
    assert.deepEqual(left, ["reload"]);
  }
  const { resync, left, load } = await begin();
  network(() => answer(404, {}));
  (await load("guard.js")).letGo(true);
  resync({});
  await settled();
  assert.deepEqual(left, [], "a command leads somewhere else");
});

test("a page of ours without its <main> asks who one is; a wall's names nobody and is taken", async () => {
  for (const [fresh, word, at] of [[null, "signIn", "e.5.1"], [drawn({ "data-person": "", "data-under": "/walls/1" }), "", "e.9.2"]]) {
    const { resync, told } = await begin({ attributes: { "data-person": "", "data-under": "/walls/1" } });
    pages.set("new", fresh);
    network((url, options, n) => n === 1 ? answer(200, "new") : new Promise(() => {}));
    resync({ now: true });
    await settled();
    await later(1);
    assert.deepEqual([told[0] || "", cursor()], [word, at]);
  }
});

test("a way round that ends at the same address is no other page", async () => {
  const { resync, left } = await begin();
  pages.set("new", drawn());
  network(() => Object.defineProperties(answer(200, "new"), { redirected: { value: true }, url: { value: "http://app.example/orders/7?x=1" } }));
  resync({ now: true });
  await settled();
  await later(1);
  assert.deepEqual([left, cursor()], [[], "e.9.2"]);
});

test("a page waits for the finger that is down, and is taken when it is up", async () => {
  const { resync } = await begin();
  pages.set("new", drawn());
  network(() => answer(200, "new"));
  const touch = (type) => document.dispatchEvent(Object.assign(new PointerEvent(type), { pointerId: 1 }));
  touch("pointerdown");
  resync({ now: true });
  await settled();
  await later(1000);
  assert.equal(cursor(), "e.5.1");
  touch("pointerup");
  await later(1);
  assert.equal(cursor(), "e.9.2");
});

test("a page asked for while another is fetched comes after it, with all that was asked for, and then it is over", async () => {
  const { resync, isRunning, isOwed } = await begin();
  pages.set("new", drawn({ "data-cursor": "e.4.1" }));
  const waiting = [];
  const asked = network(() => new Promise((done) => waiting.push(done)));
  let done = 0;
  for (const options of [{}, { force: true, wait: 10000 }, { now: true }]) resync(options).then(() => { done += 1; });
  await settled();
  assert.equal(isRunning(), true);
  waiting[0](answer(200, "new"));
  await settled();
  await later(1);
  assert.equal(cursor(), "e.5.1", "the first one is older than what is shown");
  assert.deepEqual([asked.length, done, isOwed()], [2, 0, true], "without a wait of its own");
  waiting[1](answer(200, "new"));
  await settled();
  await later(1);
  assert.equal(cursor(), "e.4.1", "the second one is the truth whatever its number");
  await later(60000);
  assert.deepEqual([asked.length, done, isRunning(), isOwed()], [2, 3, false, false]);
});

test("a page that is another one by now is not taken for it", async () => {
  for (const [again, at] of [[true, "e.5.1"], [false, "e.9.2"]]) {
    const { resync } = await begin();
    pages.set("old", drawn());
    const waiting = [];
    const asked = network(() => new Promise((done) => waiting.push(done)));
    resync({ now: true });
    await settled();
    location.search = "?q=capa";
    if (again) resync({ now: true });
    waiting[0](answer(200, "old"));
    await settled();
    await later(1);
    assert.equal(cursor(), at);
    assert.deepEqual(asked.map(({ url }) => url), again ? ["/orders/7", "/orders/7?q=capa"] : ["/orders/7"]);
  }
});

test("another page asked for at the same address is taken while the next one is under way", async () => {
  const { resync } = await begin();
  pages.set("new", drawn());
  const waiting = [];
  network(() => new Promise((done) => waiting.push(done)));
  resync({ now: true });
  await settled();
  resync({ now: true });
  waiting[0](answer(200, "new"));
  await settled();
  await later(1);
  assert.equal(cursor(), "e.9.2");
});

test("a page without a place in the feed keeps the place that is known, and where none is known its own is taken", async () => {
  for (const [own, fresh, at] of [["e.5.1", "", "e.5.1"], ["", "e.3.1", "e.3.1"], ["e.5.1", "e.5.1", "e.5.1"]]) {
    const { resync } = await begin({ attributes: { "data-cursor": own } });
    pages.set("new", drawn({ "data-cursor": fresh }));
    network(() => answer(200, "new"));
    resync({ now: true });
    await settled();
    await later(1);
    assert.equal(cursor(), at);
  }
});

test("a page brings the server's clock, and its title where it has one", async () => {
  const { resync, load } = await begin();
  document.title = "Pedido 7";
  pages.set("new", drawn({ "data-now": new Date(Date.now() + 3600000).toISOString() }));
  network(() => answer(200, "new"));
  resync({ now: true });
  await settled();
  await later(1);
  assert.equal((await load("clock.js")).skewOf(), 3600000);
  assert.equal(document.title, "Pedido 7");
});

test("a page that is another screen by now is told, and only that", async () => {
  for (const [screen, told] of [["order:7", []], ["board?q=capa", ["turned"]]]) {
    const begun = await begin();
    pages.set("new", drawn({ "data-screen": screen }));
    network(() => answer(200, "new"));
    begun.resync({ now: true });
    await settled();
    await later(1);
    assert.deepEqual(begun.told, told);
  }
});

test("what changes often is fetched at once, then once a second, and owed meanwhile", async () => {
  const { refresh, isOwed, onOutcome } = await begin();
  pages.set("new", drawn());
  const asked = network(() => answer(200, "new"));
  let owing = 0;
  onOutcome({ owing: () => { owing += 1; } });
  refresh();
  assert.deepEqual([isOwed(), owing], [true, 1]);
  await later(1);
  await later(1);
  assert.deepEqual([asked.length, isOwed()], [1, false]);
  refresh();
  await later(900);
  assert.deepEqual([asked.length, isOwed()], [1, true]);
  await later(150);
  await later(1);
  assert.deepEqual([asked.length, isOwed()], [2, false]);
  await later(5000);
  refresh();
  await later(1);
  assert.equal(asked.length, 3);
});

test("a page that cannot be brought in is tried again, and whoever waits for the page goes on in the end", async () => {
  const { resync, isRunning, told } = await begin();
  mock.method(console, "error", () => {});
  pages.set("bad", Object.defineProperty(drawn(), "dataset", { get() { throw new Error("no"); } }));
  pages.set("new", drawn());
  network((url, options, n) => answer(200, n === 1 ? "bad" : "new"));
  let done = false;
  resync({ now: true }).then(() => { done = true; }, () => {});
  await settled();
  for (let i = 0; i < 4; i++) await later(500);
  assert.deepEqual([told, cursor(), done, isRunning()], [["failed"], "e.9.2", true, false]);
});
