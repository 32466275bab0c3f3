import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { answer, Element, Input, network, page, settled } from "./world.mjs";

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

test("a row that was looked past while somebody searched stands in the copy, whose search is empty", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1761000000000 });
  page({ "data-person": "joao", "data-screen": "order:7" });
  const row = new Element("li", { "data-sort": "a", "data-unfound": "" });
  const copy = Object.defineProperties(new Element("html", {}, [row]), {
    classList: { value: { remove() {} } },
    outerHTML: { get: () => Array.from(row.attributes_.keys()).join(" ") },
  });
  document.documentElement.cloneNode = () => copy;
  const written = [];
  const place = { match: async () => new Response(""), keys: async () => [], put: async (url, page) => written.push(await page.text()) };
  const caches = { delete: async () => {}, open: async () => place };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { serviceWorker: { register: async () => {} } } });
  Object.assign(globalThis, { isSecureContext: true, window: { caches }, caches });
  (await tab()("kept.js")).start();
  await settled();
  mock.timers.tick(2000);
  await settled();
  mock.timers.reset();
  assert.deepEqual(written, ["<!doctype html>\ndata-sort"]);
});

test("a page for what was never open here that does not come keeps no later copy from being written", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1761000000000 });
  page({ "data-person": "joao", "data-screen": "order:7" });
  const copy = Object.defineProperties(new Element("html"), { classList: { value: { remove() {} } }, outerHTML: { value: "copy" } });
  document.documentElement.cloneNode = () => copy;
  const written = [];
  const place = { match: async () => undefined, keys: async () => [], put: async (url) => written.push(url) };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { serviceWorker: { register: async () => {} } } });
  const caches = { delete: async () => {}, open: async () => place };
  Object.assign(globalThis, { isSecureContext: true, window: { caches }, caches });
  const stuck = [];
  globalThis.fetch = (url, { signal }) => new Promise((_, fail) => {
    stuck.push(signal);
    signal?.addEventListener("abort", () => fail(signal.reason));
  });
  (await tab()("kept.js")).start();
  await settled();
  mock.timers.tick(2000);
  await settled();
  assert.equal(stuck.length, 1);
  mock.timers.tick(10000);
  await settled();
  assert.ok(stuck[0]?.aborted, "it is given up");
  globalThis.fetch = async () => new Response("away", { headers: { "x-build": "1" } });
  document.hidden = true;
  document.dispatchEvent(new Event("visibilitychange"));
  await settled();
  mock.timers.reset();
  assert.deepEqual(written, ["/away", "/orders/7"]);
});

/** João's order, of which a copy may be written at any moment: `hide()` is one. What was done to the copies. */
async function order7() {
  page({ "data-person": "joao", "data-screen": "order:7" });
  const copy = Object.defineProperties(new Element("html"), { classList: { value: { remove() {} } }, outerHTML: { value: "copy" } });
  document.documentElement.cloneNode = () => copy;
  const done = [];
  const place = { match: async () => new Response(""), keys: async () => [], put: async (url) => done.push("put " + url) };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { serviceWorker: { register: async () => {} } } });
  const caches = { delete: async (name) => done.push("delete " + name), open: async () => place };
  Object.assign(globalThis, { isSecureContext: true, window: { caches }, caches });
  localStorage.setItem("separacao.kept", "joao");
  const load = tab();
  (await load("kept.js")).start();
  await settled();
  const hide = async () => {
    document.hidden = true;
    document.dispatchEvent(new Event("visibilitychange"));
    await settled();
  };
  return { load, done, hide };
}

test("a tab of the person before leaves alone what is kept for whoever signed in beside it", async () => {
  const { done, hide } = await order7();
  await hide();
  assert.deepEqual(done, ["put /orders/7"]);
  localStorage.setItem("separacao.kept", "maria");
  await hide();
  assert.deepEqual(done, ["put /orders/7"], "neither a page of João nor an end of Maria's");
});

test("what was found before is not kept under the address of what is looked for", async () => {
  const { load, done, hide } = await order7();
  const search = await load("search.js");
  search.start();
  const field = Object.assign(new Input({ "data-search": "", name: "q", value: "" }), { form: null, blur() {} });
  document.body.appendChild(field);
  globalThis.history = { state: null, replaceState: (state, title, to) => { globalThis.location = new URL(to, location.href); } };
  let reply;
  network(() => new Promise((resolve) => { reply = resolve; }));
  const look = (text) => {
    field.value = text;
    const keys = { target: { value: field }, key: { value: "Enter" } };
    document.dispatchEvent(Object.defineProperties(new Event("keydown", { cancelable: true }), keys));
  };
  document.hidden = false;
  look("caixa");
  await settled();
  assert.equal(location.search, "?q=caixa");
  await hide();
  assert.deepEqual(done, [], "it has not come");
  const fresh = new Element("main", { id: "main", "data-person": "joao", "data-screen": "order:7", "data-cursor": "e.6.1" });
  globalThis.DOMParser = class { parseFromString() { return { getElementById: () => fresh, querySelectorAll: () => [] }; } };
  reply(answer(200, "<!doctype html></html>"));
  for (let turns = 0; search.isLooking() && turns < 500; turns++) await settled();
  await hide();
  assert.deepEqual(done, ["put /orders/7?q=caixa"]);
});
