import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { answer, Element, formOf, network, page, settled, TextArea } from "./world.mjs";

const WORDS = { id: "words", "data-saving": "Salvando…", "data-saved-here": "Salvo neste aparelho, falta enviar" };

/** A page with a form for notes; `say` is the network. */
async function begin(say) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1761000000000 });
  globalThis.performance = { now: () => Date.now(), getEntriesByType: () => [] };
  const body = page({ "data-person": "joao", "data-name": "João", "data-screen": "order:7", "data-cursor": "e.5.1" });
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: {} });
  Object.assign(globalThis, { HTMLFormElement: Element, HTMLTemplateElement: Element, RadioNodeList: class {}, isSecureContext: false, window: {} });
  globalThis.FormData = class {
    constructor(form) { this.fields = form.querySelectorAll("textarea"); }
    forEach(task) { for (const { name, value } of this.fields) task(value, name); }
  };
  body.appendChild(new Element("div", WORDS));
  const line = new Element("div", {}, [new Element("p", { "data-text": "" })]);
  line.cloneNode = () => line;
  const toasts = body.appendChild(new Element("div", { id: "toasts" }));
  body.appendChild(Object.assign(new Element("template", { id: "toast" }), { content: { firstElementChild: line } }));
  const field = new TextArea({ name: "text" });
  const form = formOf({ action: "/orders/7/notes", "data-command": "" }, [field]);
  form.reset = () => { field.value = field.defaultValue; };
  const fold = body.children[0].appendChild(Object.assign(new Element("details", { open: "" }, [form]), { open: true }));
  const listeners = new Map();
  globalThis.addEventListener = (type, listener) => listeners.set(type, listener);
  const asked = network(say);
  (await tab()("commands.js")).start();
  globalThis.addEventListener = () => {};
  const press = () => document.dispatchEvent(Object.defineProperty(new Event("submit", { cancelable: true }), "target", { value: form }));
  const leave = () => {
    const event = { asks: false, preventDefault() { this.asks = true; } };
    listeners.get("beforeunload")?.(event);
    return event.asks;
  };
  return { field, fold, press, leave, asked, said: () => toasts.children.map((el) => el.children[0].textContent).join() };
}

async function later(ms) {
  mock.timers.tick(ms);
  await settled();
}

test("a press that is taken for the one on its way says where that one is", async () => {
  const { press, asked, said } = await begin(() => new Promise(() => {}));
  press();
  await later(300);
  press();
  assert.equal(said(), "", "the same press twice");
  await later(300);
  press();
  assert.equal(said(), WORDS["data-saving"]);
  await later(3000);
  press();
  assert.equal(said(), WORDS["data-saved-here"]);
  assert.equal(asked.length, 1);
});

test("what was sent is emptied, and what somebody wrote on meanwhile stays before their eyes", async () => {
  for (const [written, left, isOpen] of [["frágil", "", false], ["frágil, dois volumes", "frágil, dois volumes", true]]) {
    let reply;
    const { field, fold, press } = await begin(() => new Promise((done) => { reply = done; }));
    field.value = "frágil";
    press();
    await settled();
    field.value = written;
    reply(answer(200, { n: 5, frames: [] }));
    await settled();
    assert.deepEqual([field.value, fold.open], [left, isOpen]);
  }
});

test("a page is not left without a question while it alone knows of a tap", async () => {
  for (const isFull of [false, true]) {
    const { press, leave } = await begin(() => null);
    if (isFull) localStorage.setItem = () => { throw new Error("full"); };
    assert.equal(leave(), false);
    press();
    await settled();
    assert.equal(leave(), isFull);
  }
});
