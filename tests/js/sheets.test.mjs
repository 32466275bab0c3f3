import assert from "node:assert/strict";
import test from "node:test";
import { tab } from "./load.mjs";
import { answer, Element, formOf, Input, network, page, settled } from "./world.mjs";

/** A browser without dialogs: what is called so is an element like any other. */
class Unknown extends Element {}

function click(el) {
  const event = Object.defineProperty(new Event("click", { cancelable: true }), "target", { value: el });
  document.dispatchEvent(event);
  return event.defaultPrevented;
}

test("where a browser has no dialogs a sheet that came drawn open stays open, and one is opened and closed as elsewhere", async () => {
  const body = page({ "data-person": "joao" });
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: {} });
  Object.assign(globalThis, { HTMLUnknownElement: Unknown, HTMLFormElement: Element, HTMLAnchorElement: class {} });
  Object.assign(globalThis, { isSecureContext: false, window: {}, matchMedia: () => ({}) });
  delete globalThis.HTMLDialogElement;
  const drawn = body.appendChild(new Unknown("dialog", { id: "item-sheet", open: "" }));
  const pin = body.appendChild(new Unknown("dialog", { id: "pin-sheet" }, [formOf({}, [new Input({ name: "pin" })])]));
  pin.firstChild.reset = () => {};
  const close = new Element("button", { "data-close": "" });
  const help = body.appendChild(new Unknown("dialog", { id: "help" }, [close]));
  const opener = body.appendChild(new Element("button", { "data-dialog": "help" }));
  const load = tab();
  const { start } = await load("sheets.js");
  start();
  assert.equal(drawn.open, true, "over the page");
  assert.equal(click(opener), true);
  assert.equal(help.hasAttribute("open"), true);
  const closed = [];
  help.addEventListener("close", () => closed.push("help"));
  assert.equal(click(close), true);
  assert.deepEqual([help.hasAttribute("open"), closed], [false, ["help"]], "and whoever waits for that is told");
  (await load("signin.js")).askPin();
  assert.equal(pin.open, true, "the PIN can be typed");
});

test("a sheet that was opened while another one was looked at again is not turned into that one", async () => {
  const body = page({ "data-person": "joao" });
  class Link extends Element { get href() { return "http://app.example" + this.getAttribute("href"); } }
  class Dialog extends Element {
    open = false;
    showModal() { this.open = true; }
    close() { this.open = false; }
  }
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: {} });
  Object.assign(globalThis, { HTMLDialogElement: Dialog, HTMLFormElement: Element, HTMLAnchorElement: Link });
  Object.assign(globalThis, { isSecureContext: false, window: {}, matchMedia: () => ({}) });
  globalThis.DOMParser = class {
    parseFromString(text) { return { getElementById: () => new Element("dialog", {}, [new Element("h2", { "data-of": text })]) }; }
  };
  const box = body.appendChild(new Dialog("dialog", { id: "item-sheet" }));
  const link = (item) => body.appendChild(new Link("a", { href: "/orders/7?item=" + item, "data-dialog": "item-sheet", "data-load": "" }));
  const shown = () => box.children.map((el) => el.getAttribute("data-of")).join();
  const { start, reload } = await tab()("sheets.js");
  start();
  network((url) => answer(200, url.split("=")[1]));
  click(link("1"));
  await settled();
  assert.deepEqual([box.open, shown()], [true, "1"]);
  let reply;
  network((url) => url.endsWith("1") ? new Promise((done) => { reply = done; }) : answer(200, url.split("=")[1]));
  const looked = reload(box);
  await settled();
  box.close();
  click(link("2"));
  await settled();
  assert.equal(shown(), "2");
  reply(answer(200, "1"));
  assert.equal(await looked, false, "who asked for it is told");
  assert.equal(shown(), "2");
});

test("what the app says stands over the sheet that is open, whatever that shows by now, and over the page after it", async () => {
  const body = page({ "data-person": "joao" });
  class Link extends Element { get href() { return "http://app.example" + this.getAttribute("href"); } }
  class Dialog extends Element {
    get open() { return this.hasAttribute("open"); }
    showModal() { this.setAttribute("open", ""); }
    close() {
      this.removeAttribute("open");
      document.dispatchEvent(Object.defineProperty(new Event("close"), "target", { value: this }));
    }
  }
  Object.defineProperty(globalThis, "navigator", { configurable: true, value: {} });
  Object.assign(globalThis, { HTMLDialogElement: Dialog, HTMLFormElement: Element, HTMLAnchorElement: Link });
  Object.assign(globalThis, { isSecureContext: false, window: {}, matchMedia: () => ({}) });
  globalThis.DOMParser = class {
    parseFromString(text) { return { getElementById: () => new Element("dialog", {}, [new Element("h2", { "data-of": text })]) }; }
  };
  const box = body.appendChild(new Dialog("dialog", { id: "item-sheet" }));
  const pin = body.appendChild(new Dialog("dialog", { id: "pin-sheet" }, [formOf({}, [new Input({ name: "pin" })])]));
  pin.children[0].reset = () => {};
  const bars = body.appendChild(new Element("div", { id: "bars" }, [new Element("div", { id: "toasts" })]));
  const link = (item) => body.appendChild(new Link("a", { href: "/orders/7?item=" + item, "data-dialog": "item-sheet", "data-load": "" }));
  const shown = () => box.children.map((el) => el.getAttribute("data-of") || el.id).join();
  const load = tab();
  const { start, reload } = await load("sheets.js");
  start();
  network((url) => answer(200, url.split("=")[1]));
  click(link("1"));
  await settled();
  assert.equal(shown(), "1,bars");
  click(link("2"));
  await settled();
  assert.equal(shown(), "2,bars", "another one in its place");
  await reload(box);
  assert.equal(shown(), "2,bars", "the same one, looked at again");
  (await load("signin.js")).askPin();
  assert.equal(bars.parentElement, pin, "a sheet over a sheet");
  pin.close();
  assert.equal(bars.parentElement, box);
  box.close();
  assert.equal(bars.parentElement, body);
});
