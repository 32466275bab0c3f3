import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { answer, Element, formOf, network, page, settled, TextArea } from "./world.mjs";

const WORDS = {
  id: "words",
  "data-saving": "Salvando…",
  "data-saved-here": "Salvo neste aparelho, falta enviar",
  "data-forbidden": "Você não tem permissão para isso",
};

/** A page with a form for notes; `say` is the network, and `before` what this device kept. */
async function begin(say, before) {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1761000000000 });
  globalThis.performance = { now: () => Date.now(), getEntriesByType: () => [] };
  const body = page({ "data-person": "joao", "data-name": "João", "data-screen": "order:7", "data-cursor": "e.5.1" });
  if (before) Object.assign(globalThis, before);
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
  const load = tab();
  (await load("commands.js")).start();
  globalThis.addEventListener = () => {};
  const press = (name, value) => {
    const submitter = name ? Object.assign(new Element("button"), { name, value }) : null;
    const event = new Event("submit", { cancelable: true });
    document.dispatchEvent(Object.defineProperties(event, { target: { value: form }, submitter: { value: submitter } }));
  };
  const leave = () => {
    const event = { asks: false, preventDefault() { this.asks = true; } };
    listeners.get("beforeunload")?.(event);
    return event.asks;
  };
  return { load, form, field, fold, press, leave, asked, said: () => toasts.children.map((el) => el.children[0].textContent).join() };
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

const bodies = (asked) => asked.map(({ body }) => body.replace("text=&", ""));

test("another button of the form counts in place of the one that waits", async () => {
  const { press, asked, said } = await begin(() => null);
  press("answer", "buy");
  await later(1000);
  press("answer", "without");
  assert.equal(said(), "");
  await later(60000);
  await later(60000);
  assert.deepEqual(Array.from(new Set(bodies(asked))), ["answer=buy", "answer=without"]);
  assert.equal(bodies(asked).lastIndexOf("answer=buy"), bodies(asked).indexOf("answer=without") - 1, "what was given up is not sent again");
  assert.equal(localStorage.length, 1);
});

test("what is in the air when another button is pressed is heard first, and is not sent again", async () => {
  for (const [first, sent] of [[answer(200), ["buy", "without"]], [null, ["buy", "without"]]]) {
    let reply;
    const { press, asked } = await begin((url, options, n) => n === 1 ? new Promise((done) => { reply = done; }) : answer(200));
    press("answer", "buy");
    await later(1000);
    press("answer", "without");
    await settled();
    assert.equal(asked.length, 1, "one after the other");
    reply(first);
    await settled();
    await later(60000);
    assert.deepEqual(bodies(asked), sent.map((value) => "answer=" + value));
    assert.equal(localStorage.length, 0);
  }
});

test("who comes back to the first button while it is in the air is served by it", async () => {
  let reply;
  const { press, asked } = await begin((url, options, n) => n === 1 ? new Promise((done) => { reply = done; }) : answer(200));
  for (const value of ["buy", "without", "buy"]) { press("answer", value); await later(1000); }
  reply(null);
  await settled();
  await later(60000);
  assert.deepEqual(bodies(asked), ["answer=buy", "answer=buy"]);
});

test("a press that waits since an earlier load of the page is not made twice, another one is made", async () => {
  const before = await begin(() => null);
  before.field.value = "frágil";
  before.press();
  await settled();
  const { localStorage, sessionStorage } = globalThis;
  const { field, press, asked, said } = await begin(() => null, { localStorage, sessionStorage });
  await settled();
  field.value = "frágil";
  press();
  await settled();
  assert.equal(said(), WORDS["data-saved-here"]);
  assert.equal(localStorage.length, 1);
  await later(1000);
  field.value = "dois volumes";
  press();
  await settled();
  assert.equal(Array.from({ length: localStorage.length }, (_, n) => localStorage.key(n)).filter((key) => key.startsWith("separacao.tap.")).length, 2);
  assert.equal(new Set(asked.map(({ headers }) => headers["X-Operation-Id"])).size, 1, "after the first");
});

test("what waits is not given up for a press that asks something first, until that is answered", async () => {
  const { load, press, form } = await begin(() => null);
  form.setAttribute("action", "/orders/7/items/3/answer");
  const stored = () => Object.keys(localStorage).filter((key) => key.startsWith("separacao.tap.")).map((key) => JSON.parse(localStorage.getItem(key)).body);
  press("answer", "buy");
  await later(1000);
  const box = document.body.appendChild(Object.assign(new Element("dialog", { id: "helping" }), { showModal() {}, close() {} }));
  const holder = new Element("span", { "data-until": "2100-01-01T00:00:00Z", "data-person": "maria", "data-claim": "1" });
  const { querySelectorAll } = document;
  document.querySelectorAll = (selector) => selector === "#order-bar .holder" ? [holder] : querySelectorAll(selector);
  press("answer", "without");
  assert.deepEqual(stored(), ["text=&answer=buy"]);
  (await load("helping.js")).start();
  const event = Object.defineProperty(new Event("click"), "target", { value: box.appendChild(new Element("button", { "data-help": "" })) });
  document.dispatchEvent(event);
  assert.deepEqual(stored(), ["text=&answer=without"]);
});

test("what no finger may press is not sent by a keyboard either, and that is said", async () => {
  const { press, asked, said } = await begin(() => answer(200));
  globalThis.getComputedStyle = () => ({ pointerEvents: "none" });
  press();
  await settled();
  assert.deepEqual([asked.length, localStorage.length, said()], [0, 0, WORDS["data-forbidden"]]);
});
