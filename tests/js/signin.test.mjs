import assert from "node:assert/strict";
import test from "node:test";
import { load, tab } from "./load.mjs";
import { answer, Element, formOf, Input, network, page, settled } from "./world.mjs";

const { emptyPage, endPage } = await load("signin.js");

/** A form that asks for a PIN over João's page; `press` submits it, `done` is what came of it. */
async function unlockForm() {
  const body = page({ "data-person": "joao", "data-screen": "order:7" });
  const done = [];
  const caches = { delete: async (name) => done.push("delete " + name) };
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: { serviceWorker: {} } });
  Object.assign(globalThis, { isSecureContext: true, window: { caches }, caches, HTMLFormElement: Element, FormData: class { forEach() {} } });
  globalThis.location = Object.assign(new URL("http://app.example/orders/7"), { reload: () => done.push("reload") });
  const form = body.appendChild(new Element("dialog", { "data-unlock": "", action: "/switch" }));
  (await tab()("signin.js")).start();
  const submit = () => Object.defineProperty(new Event("submit", { cancelable: true }), "target", { value: form });
  return { done, press: () => document.dispatchEvent(submit()) };
}

test("of a screen that may no longer be seen nothing stays, and a way out stands in its place", () => {
  const body = page({ "data-screen": "people" });
  const words = { id: "words", "data-forbidden": "Você não tem permissão para isso", "data-to-board": "Voltar ao painel" };
  body.appendChild(new Element("div", words));
  const main = document.getElementById("main");
  for (const [sentence, said] of [["Acesso encerrado", "Acesso encerrado"], ["", words["data-forbidden"]]]) {
    main.appendChild(new Element("ul", { id: "people" }));
    emptyPage(sentence);
    const [line, out, ...more] = main.children;
    assert.deepEqual([line.textContent, line.getAttribute("role")], [said, "alert"]);
    assert.deepEqual([out.textContent, out.getAttribute("href")], ["Voltar ao painel", "/"]);
    assert.deepEqual(more, []);
  }
});

test("whoever is not active any more reads that, not that the network is gone, and is led to sign in", () => {
  const body = page({ "data-screen": "people" });
  body.appendChild(new Element("div", { id: "words", "data-access-ended": "Seu acesso foi encerrado", "data-to-sign-in": "Entrar" }));
  body.appendChild(new Element("p", { id: "live-line" }));
  endPage();
  assert.deepEqual(document.getElementById("main").children.map((el) => el.textContent), ["Seu acesso foi encerrado", "Entrar"]);
  assert.equal(document.getElementById("live-line"), null);
});

test("whoever signs in over somebody else's page leaves no copy of it to be shown to the next", async () => {
  // Of a page that the next person may not see nothing stays either: the answer that says so is ours.
  for (const [who, status] of [["joao", 200], ["maria", 200], ["maria", 403]]) {
    const { done, press } = await unlockForm();
    network((url) => url === "/switch" ? answer(200, { person: who }) : answer(status, "page"));
    press();
    await settled();
    assert.deepEqual(done, who === "joao" ? [] : ["delete kept-pages", "reload"], `${who} ${status}`);
  }
});

test("a press that comes after the PIN was right, and before the next person's page, is no other sign-in", async () => {
  const { done, press } = await unlockForm();
  let arrive = () => {};
  const asked = network((url) => url === "/switch" ? answer(200, { person: "maria" }) : new Promise((comes) => { arrive = comes; }));
  const urls = () => asked.map(({ url }) => url);
  press();
  press();
  await settled();
  assert.deepEqual(urls(), ["/switch", location.href]);
  press();
  await settled();
  assert.deepEqual(urls(), ["/switch", location.href]);
  arrive(answer(200, "page"));
  await settled();
  assert.deepEqual(done, ["delete kept-pages", "reload"]);
});

test("a PIN that was wrong may be typed again, as may that of the same person another time", async () => {
  const { press } = await unlockForm();
  const asked = network((url, options, n) => n === 1 ? answer(422, {}) : answer(200, { person: "joao" }));
  for (const times of [1, 2, 3]) {
    press();
    await settled();
    assert.equal(asked.length, times);
  }
});

test("a tab that asks for the PIN hears that it was given in another one, and one of another person hears of that", async () => {
  const body = page({ "data-person": "joao", "data-screen": "order:7" });
  const done = [];
  let hear;
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: {} });
  class Dialog extends Element {
    open = false;
    showModal() { this.open = true; this.setAttribute("open", ""); }
    close() { this.open = false; this.removeAttribute("open"); }
  }
  Object.assign(globalThis, { HTMLDialogElement: Dialog, HTMLFormElement: Element, isSecureContext: false, window: {} });
  globalThis.location = Object.assign(new URL("http://app.example/orders/7"), { reload: () => done.push("reload") });
  globalThis.addEventListener = (type, listener) => { if (type === "storage") hear = listener; };
  const form = formOf({}, [new Input({ name: "pin" })]);
  form.reset = () => {};
  const box = body.appendChild(new Dialog("dialog", { id: "pin-sheet" }, [form]));
  document.querySelectorAll = () => box.open ? [box] : [];
  const own = await tab()("signin.js");
  own.start();
  globalThis.addEventListener = () => {};
  const told = () => Object.keys(localStorage).map((key) => ({ key, newValue: localStorage.getItem(key) }));
  const [here] = told();
  assert.match(here.newValue, /^joao /, "a page tells whose it is, however that one came in");
  localStorage.removeItem(here.key);
  document.documentElement.dataset.kept = "1761000000000";
  (await tab()("signin.js")).start();
  assert.deepEqual(told(), [], "a copy of a page may be of another time");
  network(() => answer(200, "page"));
  own.askPin().then(() => done.push("resumed"));
  for (const other of [{ key: "separacao.other", newValue: "joao 1" }, { key: here.key, newValue: null }, { key: here.key, newValue: " 1" }]) hear(other);
  await settled();
  assert.deepEqual([box.open, done], [true, []], "nobody came in");
  hear(here);
  await settled();
  assert.deepEqual([box.open, done], [false, ["resumed"]]);
  hear({ key: here.key, newValue: here.newValue.replace("joao", "maria") });
  await settled();
  assert.deepEqual(done, ["resumed", "reload"]);
});
