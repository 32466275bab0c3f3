import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { Element, page } from "./world.mjs";

/** A page that says things; what it says at the moment is in `said()`. */
async function begin() {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1761000000000 });
  const body = page({ "data-person": "joao" });
  globalThis.HTMLTemplateElement = Element;
  const box = body.appendChild(new Element("div", { id: "toasts" }));
  const source = { cloneNode: () => new Element("div", {}, [new Element("p", { "data-text": "" })]) };
  body.appendChild(Object.assign(new Element("template", { id: "toast" }), { content: { firstElementChild: source } }));
  const load = tab();
  return { ...await load("toasts.js"), ...await load("answer.js"), said: () => box.children.map((item) => item.children[0].textContent).join() };
}

test("what is said once more stays its whole time, and is said once", async () => {
  const { toast, said } = await begin();
  toast("salvo");
  mock.timers.tick(4000);
  toast("salvo");
  assert.equal(said(), "salvo");
  mock.timers.tick(4000);
  assert.equal(said(), "salvo", "its time begins anew");
  mock.timers.tick(1000);
  assert.equal(said(), "");
});

test("of more than three the oldest goes, and an undo bar takes the place of all", async () => {
  const { toast, untoast, said } = await begin();
  for (const text of ["a", "b", "c", "d"]) toast(text);
  assert.equal(said(), "b,c,d");
  untoast();
  assert.equal(said(), "");
});

test("what a command says on the page that it leads to is said once, however long that page takes to come, and not after a break", async () => {
  for (const [took, isSaid] of [[12000, true], [90000, true], [-3600000, true], [20 * 60000, false]]) {
    const { takeAnswer, takeFlash } = await begin();
    globalThis.location = Object.assign(new URL("http://app.example/orders/7"), { assign: () => {} });
    takeAnswer({ location: "/orders/8", message: "Pedido finalizado", undo: "/undo/1" });
    mock.timers.setTime(Date.now() + took);
    assert.equal(takeFlash()?.message, isSaid ? "Pedido finalizado" : undefined, String(took));
    assert.equal(takeFlash(), null);
  }
});
