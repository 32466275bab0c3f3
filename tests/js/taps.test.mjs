import assert from "node:assert/strict";
import test from "node:test";
import { tab } from "./load.mjs";
import { page, storage } from "./world.mjs";

const tap = (op, at = 1000, more = {}) =>
  ({ op, url: `/orders/7/items/${op}/pick`, body: "quantity=1", target: `item-${op}`, person: "joao", name: "João", what: "Separar", page: "/orders/7", tab: "t", at, ...more });

async function begin() {
  page();
  globalThis.localStorage = storage();
  return tab()("taps.js");
}

test("what a tap was is there again, word for word, and nothing that belongs to one page", async () => {
  const { store, stored, unstore } = await begin();
  assert.equal(store({ ...tap("1"), tries: 3, flying: true, timer: 7 }), true);
  assert.deepEqual(stored("1"), tap("1"));
  store(tap("1", 1000, { ended: { why: "refused", sentence: "João separou" } }));
  assert.equal(stored("1").ended.sentence, "João separou");
  unstore("1");
  assert.equal(stored("1"), null);
});

test("where five hundred are kept one more is not, and says so, and those that are kept may still end", async () => {
  const { store, stored } = await begin();
  for (let i = 0; i < 500; i++) assert.equal(store(tap(String(i))), true);
  assert.equal(store(tap("500")), false);
  assert.equal(stored("500"), null);
  assert.equal(store(tap("7", 1000, { ended: { why: "expired", sentence: "" } })), true);
  assert.equal(stored("7").ended.why, "expired");
});

test("taps are taken up in the order in which they were made", async () => {
  const { store, allStored } = await begin();
  for (const [op, at] of [["1", 3000], ["2", 1000], ["3", 2000]]) store(tap(op, at));
  assert.deepEqual(allStored().map(({ op }) => op), ["2", "3", "1"]);
});

test("what is no tap is none, whatever stands in the storage", async () => {
  const { store, allStored, stored } = await begin();
  store(tap("1"));
  localStorage.setItem("separacao.tab", JSON.stringify(tap("2")));
  for (const [key, text] of [["3", "{"], ["4", "null"], ["5", JSON.stringify({ op: "5" })], ["6", JSON.stringify({ url: "/x" })]]) {
    localStorage.setItem("separacao.tap." + key, text);
    assert.equal(stored(key), null, text);
  }
  assert.deepEqual(allStored().map(({ op }) => op), ["1"]);
});

test("a record of an older build lacks what that did not know, and is a tap", async () => {
  const { stored } = await begin();
  localStorage.setItem("separacao.tap.1", JSON.stringify({ op: "1", url: "/x", person: "joao", at: 1000 }));
  assert.deepEqual(stored("1"), { name: "", what: "", page: "", tab: "", op: "1", url: "/x", person: "joao", at: 1000 });
});

test("where nothing can be read or written nothing is kept, and nothing breaks", async () => {
  const { store, stored, allStored, unstore } = await begin();
  globalThis.localStorage = { get length() { throw new Error("no"); }, getItem() { throw new Error("no"); }, removeItem() { throw new Error("no"); } };
  assert.equal(store(tap("1")), false);
  assert.equal(stored("1"), null);
  assert.deepEqual(allStored(), []);
  unstore("1");
});

test("what nobody came back to read in a week goes, and a clock that was set back takes nothing away", async () => {
  const { store, allStored, prune } = await begin();
  const day = 24 * 3600 * 1000;
  store(tap("1", 10 * day));
  store(tap("2", 3 * day));
  prune(0);
  prune(10 * day);
  assert.deepEqual(allStored().map(({ op }) => op), ["2", "1"]);
  prune(10 * day + 1);
  assert.deepEqual(allStored().map(({ op }) => op), ["1"]);
});
