import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { answer, Element, network, page, settled } from "./world.mjs";

const JOAO = "joao";

/** The text of an answer stands for the page that it draws. */
const pages = new Map();
globalThis.DOMParser = class {
  parseFromString(text) {
    const main = pages.get(text) || null;
    return { title: main?.title || "", getElementById: (id) => id === "main" ? main : null, querySelectorAll: () => main?.around || [] };
  }
};

const drawn = (person, cursor, v = "9") => {
  const list = new Element("ul", { id: "items-now", "data-v": v }, []);
  return new Element("main", { id: "main", "data-person": person, "data-screen": "order:7", "data-cursor": cursor }, [list]);
};

async function begin() {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1761000000000 });
  page({ "data-person": JOAO, "data-screen": "order:7", "data-cursor": "e.5.1" });
  const left = [];
  globalThis.location = Object.assign(new URL("http://app.example/orders/7"), { reload: () => left.push("reload"), assign: (to) => left.push(to) });
  const resync = await tab()("resync.js");
  const told = [];
  resync.onOutcome({
    signIn: async () => { told.push("signIn"); },
    forbidden: () => told.push("forbidden"),
    failed: () => told.push("failed"),
    owing: () => told.push(resync.isOwed() ? "owes" : "owes nothing"),
  });
  return { resync, told, left };
}

async function later(ms) {
  mock.timers.tick(ms);
  await settled();
}

const cursor = () => document.getElementById("main").dataset.cursor;

test("it is tried until a page of ours comes, and the page owes until then", async () => {
  const { resync, told, left } = await begin();
  pages.set("new", drawn(JOAO, "e.9.2"));
  const gateway = [[404, {}], [200, "<html>login</html>"], [401, "login"], [403, "no"], [502, "bad"]];
  const asked = network((url, options, n) => n <= gateway.length ? answer(...gateway[n - 1], { build: null }) : answer(200, "new"));
  let done = false;
  resync.resync({ now: true }).then(() => { done = true; });
  for (let i = 0; i < gateway.length; i++) { await settled(); assert.equal(done, false); await later(30000); }
  await later(100);
  await settled();
  assert.equal(asked.length, gateway.length + 1);
  assert.equal(cursor(), "e.9.2");
  assert.equal(done, true);
  assert.deepEqual(left, []);
  assert.deepEqual(told, ["owes", ...Array(gateway.length).fill("failed"), "owes nothing"]);
});

test("a page that came says its title before whoever puts something into it", async () => {
  const { resync } = await begin();
  document.title = "(1) Pedido 1";
  document.addEventListener("page:changed", () => { document.title = "(2) " + document.title.replace(/^\(\d+\) /, ""); });
  pages.set("new", Object.assign(drawn(JOAO, "e.9.2"), { title: "Pedido 2" }));
  network(() => answer(200, "new"));
  resync.resync({ now: true });
  await settled();
  await later(100);
  await settled();
  assert.equal(cursor(), "e.9.2");
  assert.equal(document.title, "(2) Pedido 2");
});

test("what stands around the page comes with it, in elements that stay", async () => {
  const { resync } = await begin();
  const link = (text, theme) => new Element("a", { id: "nav-quotes", media: theme, "data-around": "" }, [Object.assign(new Element("b"), { textContent: text })]);
  const nav = document.body.insertBefore(link("3", "not all"), document.body.children[0]);
  pages.set("new", Object.assign(drawn(JOAO, "e.9.2"), { around: [link("2", "screen"), new Element("p", { id: "of-another-build" })] }));
  network(() => answer(200, "new"));
  resync.resync({ now: true });
  await settled();
  await later(100);
  await settled();
  assert.deepEqual(nav.children.map((el) => el.textContent), ["2"]);
  assert.equal(nav.getAttribute("media"), "screen");
  assert.ok(nav.isConnected);
});

test("our own 401 asks for the PIN, 403 empties the page, 404 leaves it", async () => {
  for (const [status, word] of [[401, "signIn"], [403, "forbidden"]]) {
    const { resync, told } = await begin();
    network((url, options, n) => n === 1 ? answer(status, {}) : new Promise(() => {}));
    resync.resync({});
    await settled();
    assert.ok(told.includes(word), told.join());
  }
  const { resync, left } = await begin();
  network(() => answer(404, {}));
  resync.resync({});
  await settled();
  assert.deepEqual(left, ["reload"]);
});

test("a 404 of another build is asked again", async () => {
  const { resync, left } = await begin();
  const asked = network(() => answer(404, {}, { build: "1761000009-bbbbbbbbbb" }));
  resync.resync({});
  await settled();
  await later(30000);
  assert.ok(asked.length >= 2);
  assert.deepEqual(left, []);
});

test("a page of somebody else is looked for before this one is left", async () => {
  const { resync, left } = await begin();
  pages.set("theirs", drawn("maria", "e.9.2"));
  let ours = true;
  network((url, options, n) => ours || n === 1 ? answer(200, "theirs") : answer(502, "bad", { build: null }));
  ours = false;
  resync.resync({});
  await settled();
  assert.deepEqual(left, []);
  ours = true;
  await later(60000);
  assert.deepEqual(left, ["reload"]);
});

test("one at a time, and what was asked meanwhile comes after it", async () => {
  const { resync } = await begin();
  pages.set("new", drawn(JOAO, "e.9.2"));
  const waiting = [];
  const asked = network(() => new Promise((done) => waiting.push(done)));
  resync.resync({});
  resync.resync({ force: true });
  resync.resync({});
  await settled();
  assert.equal(asked.length, 1);
  waiting[0](answer(200, "new"));
  await settled();
  await later(10);
  await settled();
  assert.equal(asked.length, 2);
});

test("a page that names nobody asks who one is, and is not taken", async () => {
  const { resync, told } = await begin();
  const door = drawn("", "e.9.2");
  door.removeAttribute("data-person");
  pages.set("door", door);
  network((url, options, n) => n === 1 ? answer(200, "door") : new Promise(() => {}));
  resync.resync({});
  await settled();
  assert.ok(told.includes("signIn"), told.join());
  assert.equal(cursor(), "e.5.1");
});

test("the same place with another mark is another history: its page is taken whole", async () => {
  for (const [fresh, taken] of [["e.5.9", "e.5.9"], ["f.3.1", "f.3.1"], ["e.4.7", "e.5.1"]]) {
    const { resync } = await begin();
    pages.set("new", drawn(JOAO, fresh));
    network(() => answer(200, "new"));
    resync.resync({ now: true });
    await settled();
    await later(10);
    assert.equal(cursor(), taken, `after ${fresh}`);
  }
});

test("a page that is no more is left once a tap under way was answered: that says where to go", async () => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1761000000000 });
  page({ "data-person": JOAO, "data-screen": "order:7", "data-cursor": "e.5.1" });
  const left = [];
  globalThis.location = Object.assign(new URL("http://app.example/orders/7"), { reload: () => left.push("reload"), assign: (to) => left.push(to) });
  const load = tab();
  const [resync, queue] = [await load("resync.js"), await load("queue.js")];
  let answered = () => {};
  network((url, options) => options.method === "POST" ? new Promise((done) => { answered = done; }) : answer(404, {}));
  queue.add({ url: "/orders/7/cancel", body: "", target: "order", person: JOAO, name: "João", what: "Cancelar", page: "/orders/7" });
  resync.resync({});
  await settled();
  await later(1000);
  assert.deepEqual(left, [], "the tap is still in the air");
  answered(answer(200, { n: 6 }));
  await settled();
  await later(200);
  assert.deepEqual(left, ["reload"]);
});

test("a herd spreads, and what is refused with a word of ours that is no page is asked again", async () => {
  mock.method(Math, "random", () => 0.5);
  const { resync, left } = await begin();
  pages.set("refused", drawn(JOAO, "e.9.2"));
  const asked = network((url, options, n) => answer(n === 1 ? 409 : 403, "refused"));
  resync.resync({ wait: 10000 });
  await settled();
  await later(4900);
  assert.equal(asked.length, 0);
  await later(200);
  assert.equal(asked.length, 1);
  assert.equal(cursor(), "e.5.1", "a refusal is not the page");
  await later(30000);
  assert.equal(asked.length, 2);
  assert.deepEqual(left, []);
});

test("a page that leads elsewhere is followed there, and taken for this one nowhere", async () => {
  const { resync, left } = await begin();
  pages.set("board", drawn(JOAO, "e.9.2"));
  network(() => Object.defineProperties(answer(200, "board"), { redirected: { value: true }, url: { value: "http://app.example/" } }));
  resync.resync({});
  await settled();
  await later(100);
  await settled();
  assert.deepEqual(left, ["http://app.example/"]);
  assert.equal(cursor(), "e.5.1");
});

test("a page that changes often is fetched once a second", async () => {
  const { resync } = await begin();
  pages.set("new", drawn(JOAO, "e.9.2"));
  const asked = network(() => answer(200, "new"));
  for (let change = 0; change < 5; change++) resync.refresh();
  await later(0);
  await later(10);
  assert.equal(asked.length, 1);
});
