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
    return { title: "", getElementById: (id) => id === "main" ? main : null };
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
