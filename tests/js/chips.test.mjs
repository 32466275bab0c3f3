import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { answer, Element, network, page, settled } from "./world.mjs";

test("numbers of what was shown before do not come over those of what is shown now", async () => {
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1761000000000 });
  const body = page({ "data-person": "joao", "data-screen": "board" });
  const nav = Object.assign(new Element("nav", { id: "board-chips" }), { getClientRects: () => [1] });
  body.appendChild(nav);
  globalThis.location = new URL("http://app.example/?q=caio");
  globalThis.DOMParser = class {
    parseFromString(text) { return { getElementById: () => new Element("nav", {}, [new Element("a", { "data-n": text })]) }; }
  };
  const replies = new Map();
  network((url) => new Promise((done) => replies.set(url, done)));
  const { now } = await tab()("chips.js");
  const shown = () => nav.children.map((chip) => chip.getAttribute("data-n")).join();
  now();
  globalThis.location = new URL("http://app.example/?q=ana");
  now();
  await settled();
  replies.get("/chips?q=ana")(answer(200, "2 of Ana"));
  await settled();
  assert.equal(shown(), "2 of Ana");
  replies.get("/chips?q=caio")(answer(200, "7 of Caio"));
  await settled();
  assert.equal(shown(), "2 of Ana");
  mock.timers.reset();
});
