import assert from "node:assert/strict";
import test from "node:test";
import { tab } from "./load.mjs";
import { page, settled } from "./world.mjs";

/** Opens a page of somebody on a device that has copies of `owner`'s. What was deleted. */
async function open(owner, attributes) {
  page(attributes);
  const deleted = [];
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { serviceWorker: { register: async () => {} } } });
  const caches = { delete: async (name) => deleted.push(name), open: async () => ({ keys: async () => [] }) };
  Object.assign(globalThis, { isSecureContext: true, window: { caches }, caches });
  localStorage.setItem("separacao.kept", owner);
  const kept = await tab()("kept.js");
  kept.start();
  await settled();
  return deleted;
}

test("whoever is here now finds no page of somebody else, whichever page came first", async () => {
  assert.deepEqual(await open("joao", { "data-person": "maria", "data-screen": "history" }), ["kept-pages"]);
  assert.equal(localStorage.getItem("separacao.kept"), "maria");
  assert.deepEqual(await open("maria", { "data-person": "maria", "data-screen": "history" }), []);
  assert.equal(localStorage.getItem("separacao.kept"), "maria");
});
