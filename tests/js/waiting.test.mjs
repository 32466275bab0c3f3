import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { answer, Element, network, page, settled } from "./world.mjs";

const tap = (op, more = {}) => ({ op, url: `/orders/7/items/${op}/pick`, body: "quantity=1", target: "", person: "joao", name: "João",
  what: "Separar " + op, page: "/orders/7", tab: "t", at: Date.now() - 60000, ...more });

/** A page whose sheet of what waits is open. */
async function begin() {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1761000000000 });
  const body = page({ "data-person": "joao", "data-name": "João" });
  const list = new Element("div", { "data-list": "" });
  body.appendChild(new Element("button", { id: "waiting-open" }));
  body.appendChild(Object.assign(new Element("dialog", { id: "waiting-sheet" }, [list]), { open: true }));
  const load = tab();
  const { store, stored } = await load("taps.js");
  return { list, store, stored, ...await load("waiting.js") };
}

test("what the open sheet says stays under a thumb, and is not said again, until it says something else", async () => {
  const { list, store, show } = await begin();
  store(tap("1", { ended: { why: "refused", sentence: "Maria separou" } }));
  store(tap("2", { person: "maria", name: "Maria" }));
  show();
  const before = Array.from(list.children);
  assert.equal(before.length, 2);
  list.querySelector("button").focus();
  mock.timers.setTime(Date.now() + 30000);
  show();
  assert.deepEqual(list.children.map((part, n) => part === before[n]), [true, true]);
  store(tap("3", { person: "maria", name: "Maria" }));
  show();
  assert.notEqual(list.children[1], before[1]);
  assert.ok(list.contains(document.activeElement), "the focus is where it was");
  mock.timers.setTime(Date.now() + 13 * 3600 * 1000);
  const late = list.children[1];
  show();
  assert.notEqual(list.children[1], late, "it is too late for them by now");
});

test("where no more can be stored, what was refused does not go on waiting, and is told until it was read", async () => {
  const { list, store, stored, show, end, dismiss } = await begin();
  const { setItem } = localStorage;
  store(tap("1"));
  for (const fits of [true, false]) {
    // What is longer than before does not fit in its place.
    localStorage.setItem = (key, value) => {
      if (!fits || localStorage.getItem(key) !== null) throw new Error("full");
      setItem(key, value);
    };
    end(tap(fits ? "1" : "2"), "refused", "Maria separou");
    assert.equal(stored("1").ended.why, "refused", `fits: ${fits}`);
    assert.equal(stored("2"), null);
  }
  show();
  assert.equal(list.children.length, 2);
  dismiss("1");
  dismiss("2");
  assert.equal(list.children.length, 0);
});

test("whoever signs out without an answer of ours is told that they have not, stays, and leaves once there is one", async () => {
  await begin();
  const body = document.body;
  body.appendChild(new Element("dialog", { id: "leave-sheet" }));
  body.appendChild(new Element("div", { id: "words", "data-still-in": "Você ainda não saiu" }));
  const form = body.appendChild(new Element("form", { action: "/sign-out", method: "post" }, [new Element("button")]));
  const done = [];
  const caches = { delete: async (name) => done.push("delete " + name) };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { serviceWorker: {} } });
  Object.assign(globalThis, { isSecureContext: true, window: { caches }, caches, HTMLFormElement: Element });
  globalThis.location = Object.assign(new URL("http://app.example/orders/7"), { assign: (to) => done.push("to " + to) });
  const sentences = () => form.querySelectorAll("[data-error]").map((line) => line.textContent);
  (await tab()("waiting.js")).start();
  for (const says of [() => null, () => answer(200, "Entrar na rede", { build: null }), () => answer(503, "")]) {
    const asked = network(says);
    const event = Object.defineProperty(new Event("submit", { cancelable: true }), "target", { value: form });
    document.dispatchEvent(event);
    assert.ok(event.defaultPrevented, "the browser's own error page would stand for it");
    document.dispatchEvent(Object.defineProperty(new Event("submit", { cancelable: true }), "target", { value: form }));
    await settled();
    assert.deepEqual([asked.length, asked[0].method, sentences(), done], [1, "POST", ["Você ainda não saiu"], []]);
  }
  network(() => answer(200, "Entrar"));
  document.dispatchEvent(Object.defineProperty(new Event("submit", { cancelable: true }), "target", { value: form }));
  await settled();
  assert.deepEqual(done, ["delete kept-pages", "to /"]);
});
