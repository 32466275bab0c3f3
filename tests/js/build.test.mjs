import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { load, tab } from "./load.mjs";
import { answer, BUILD, Element, network, page, settled } from "./world.mjs";

const { compare } = await load("build.js");
const { newId } = await load("queue.js");
const { backoff } = await load("page.js");
const { fetchAgain } = await load("reload.js");

test("builds sort by the time of their commit", () => {
  assert.equal(compare("1761000000-aa", "1761000001-00"), "newer");
  assert.equal(compare("1761000001-00", "1761000000-aa"), "other");
  assert.equal(compare("1761000000-aa", "1761000000-aa"), "same");
  assert.equal(compare("", "1761000000-aa"), "same");
  assert.equal(compare("1761000000-aa", undefined), "same");
});

test("operation ids are UUIDs, with and without randomUUID", () => {
  const form = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  assert.match(newId(), form);
  const kept = crypto.randomUUID;
  try {
    Object.defineProperty(crypto, "randomUUID", { value: undefined, configurable: true });
    const ids = new Set(Array.from({ length: 1000 }, newId));
    assert.equal(ids.size, 1000);
    for (const id of ids) assert.match(id, form);
  } finally {
    Object.defineProperty(crypto, "randomUUID", { value: kept, configurable: true });
  }
});

test("the wait before a new attempt is anything up to 0.5 s doubled each time, at most 30 s", () => {
  for (let attempt = 0; attempt < 40; attempt++) {
    const most = Math.min(30000, 500 * 2 ** attempt);
    for (let i = 0; i < 50; i++) {
      const wait = backoff(attempt);
      assert.ok(wait >= 0 && wait <= most);
    }
  }
});

test("a page that answered a form is asked for again, and the form is not sent once more", () => {
  const went = [];
  globalThis.location = Object.assign(new URL("http://app.example/sign-in?next=1#main"), {
    replace: (to) => went.push(to),
    reload: () => went.push("the form once more"),
  });
  fetchAgain();
  assert.deepEqual(went, ["/sign-in?next=1"]);
});

/** A page of a build, and what it asks for once it wants to be fetched again. */
async function begin() {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1761000000000 });
  mock.method(Math, "random", () => 0.5);
  page({ "data-person": "joao", "data-screen": "order:7", "data-cursor": "e.5.1" });
  const asked = network(() => null);
  const load = tab();
  return { build: await load("build.js"), load, asked };
}

async function later(ms) {
  mock.timers.tick(ms);
  await settled();
}

test("a newer build is taken up within twenty seconds, the one of the page never", async () => {
  const { build, asked } = await begin();
  build.met(BUILD);
  await later(120000);
  assert.equal(asked.length, 0);
  build.met("1761000009-bbbbbbbbbb");
  await later(20000);
  assert.ok(asked.length > 0, "the page looks before it leaves");
});

test("a page with a script of another build is not right for being answered by its own", async () => {
  const { build, asked } = await begin();
  assert.notEqual(build.SCRIPT_BUILD, BUILD);
  build.met("1761000009-bbbbbbbbbb");
  build.met(BUILD);
  await later(20000);
  assert.ok(asked.length > 0);
});

test("a page is fetched again for its build at most once in five minutes", async () => {
  const { build, asked } = await begin();
  sessionStorage.setItem("separacao.reloaded", String(Date.now()));
  build.met("1761000009-bbbbbbbbbb");
  await later(4 * 60000);
  assert.equal(asked.length, 0);
  await later(80000);
  assert.ok(asked.length > 0);
});

test("a clock that was set back holds no build up", async () => {
  const { build, asked } = await begin();
  sessionStorage.setItem("separacao.reloaded", String(Date.now() + 24 * 3600 * 1000));
  build.met("1761000009-bbbbbbbbbb");
  mock.timers.tick(20000);
  await settled();
  assert.ok(asked.length > 0);
});

test("what is shown once is not taken away by a newer build", async () => {
  const { build, asked } = await begin();
  const pin = document.body.appendChild(new Element("section", { "data-once": "" }));
  build.met("1761000009-bbbbbbbbbb");
  await later(20000);
  await later(40000);
  assert.equal(asked.length, 0);
  pin.remove();
  await later(40000);
  assert.ok(asked.length > 0);
});

test("whoever must leave the page does not wait for a newer build, which waits for an open sheet", async () => {
  const { build, load, asked } = await begin();
  const { reloadWhenOurs } = await load("reload.js");
  const left = [];
  globalThis.location = Object.assign(new URL("http://app.example/orders/7"), { reload: () => left.push("reload"), replace: () => left.push("build") });
  document.body.appendChild(new Element("dialog", { id: "pin-sheet", open: "" }));
  build.met("1761000009-bbbbbbbbbb");
  await later(20000);
  assert.equal(asked.length, 0, "somebody is at the sheet");
  network(() => answer(200, "new"));
  reloadWhenOurs();
  reloadWhenOurs();
  await settled();
  assert.deepEqual(left, ["reload"]);
});
