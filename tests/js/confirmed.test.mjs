import assert from "node:assert/strict";
import test from "node:test";
import { tab } from "./load.mjs";
import { Element, page, settled } from "./world.mjs";

test("of papers confirmed together the rows that leave are marked, one that stays and one that leaves by itself are not", async () => {
  const body = page({ "data-person": "marina", "data-screen": "import" });
  globalThis.HTMLFormElement = Element;
  const row = (id) => new Element("li", { id: "draft-" + id, class: "draft" });
  const rows = ["a", "b", "c"].map(row);
  body.appendChild(new Element("ul", { id: "drafts" }, rows));
  const fields = ["a:3", "b:1"].map((value) => new Element("input", { name: "draft", value }));
  const form = body.appendChild(new Element("form", { action: "/quotes/confirm" }, fields));
  const load = tab();
  globalThis.addEventListener = () => {};
  (await load("upload.js")).start();
  document.dispatchEvent(Object.defineProperty(new Event("submit", { cancelable: true }), "target", { value: form }));
  rows[0].setAttribute("data-leaving", "");
  rows[2].setAttribute("data-leaving", "");
  (await load("page.js")).changed();
  await settled();
  assert.deepEqual(rows.map((one) => one.hasAttribute("data-confirmed")), [true, false, false]);
});
