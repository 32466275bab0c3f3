import assert from "node:assert/strict";
import test from "node:test";
import { tab } from "./load.mjs";
import { answer, Element, formOf, Input, network, page, settled, TextArea } from "./world.mjs";

const OFFLINE = "Sem conexão. Tente de novo quando ela voltar.";

/** A page with an ordinary form that posts; `sent` is what the browser was given to send. */
async function begin() {
  const body = page();
  body.appendChild(new Element("div", { id: "words", "data-offline": OFFLINE }));
  globalThis.HTMLFormElement = Element;
  document.createElement = (name) => name === "input" ? new Input() : new Element(name);
  const field = new TextArea({ name: "roster" });
  const form = body.appendChild(formOf({ action: "/people/roster" }, [field]));
  const sent = [];
  form.method = "post";
  form.submit = () => sent.push(form.querySelectorAll("input, textarea").filter(({ name }) => name).map(({ name, value }) => `${name}=${value}`).join("&"));
  let submitted;
  globalThis.addEventListener = (type, listener) => { if (type === "submit") submitted = listener; };
  const load = tab();
  (await load("forms.js")).start();
  globalThis.addEventListener = () => {};
  const press = (name = "", value = "") => {
    const event = new Event("submit", { cancelable: true });
    submitted(Object.defineProperties(event, { target: { value: form }, submitter: { value: { name, value } } }));
    return event.defaultPrevented;
  };
  const said = () => form.children.filter((el) => el.hasAttribute("data-error")).map((el) => el.textContent).join();
  return { ...await load("guard.js"), form, field, sent, press, said };
}

test("without a network an ordinary form stays where it is, with what was typed, and a sentence", async () => {
  const { field, sent, press, said, isLeaving } = await begin();
  field.value = "1002;João";
  for (const away of [null, answer(200, "the page of a hotel", { build: null })]) {
    network(() => away);
    assert.equal(press(), true, "not left to the browser");
    await settled();
    assert.deepEqual([sent, said(), field.value, isLeaving()], [[], OFFLINE, "1002;João", false]);
  }
  network(() => answer(200));
  press();
  await settled();
  assert.deepEqual([sent, isLeaving()], [["roster=1002;João"], true], "once it is back");
});

test("an ordinary form is sent once, as the button says that was pressed first", async () => {
  const { form, sent, press } = await begin();
  let reply;
  const asked = network(() => new Promise((done) => { reply = done; }));
  press("theme", "dark");
  press("theme", "light");
  await settled();
  assert.deepEqual([asked.length, form.getAttribute("data-saving"), sent], [1, "sending", []], "it shows that it was pressed");
  reply(answer(200));
  await settled();
  press("theme", "light");
  await settled();
  assert.deepEqual([asked.length, form.hasAttribute("data-saving"), sent], [1, false, ["roster=&theme=dark"]]);
  assert.equal(form.children.length, 1, "nothing of it stays for the next time");
});
