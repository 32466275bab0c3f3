import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { Element, page } from "./world.mjs";

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
