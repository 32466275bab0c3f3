import assert from "node:assert/strict";
import test from "node:test";
import { tab } from "./load.mjs";
import { answer, Element, network, page, settled } from "./world.mjs";

/** A page whose badge is shown while `shown()` says so. */
async function begin(shown) {
  page({ "data-person": "marina", "data-screen": "history" });
  const slot = Object.assign(new Element("b", { "data-count": "" }), { hidden: true });
  const badge = new Element("a", { id: "needs-badge" }, [slot]);
  badge.getClientRects = () => shown() ? [{}] : [];
  document.body.appendChild(badge);
  document.title = "Histórico";
  document.documentElement.dataset.live = "live";
  const needs = await tab()("needs.js");
  needs.start();
  return { needs, slot };
}

test("what waits is in the title, also of a page that was fetched again, and not for who may no longer answer", async () => {
  let mayAnswer = true;
  const { needs, slot } = await begin(() => mayAnswer);
  network(() => answer(200, { count: 2, newest: "2025-10-22T17:32:00Z", text: "CB14", next: null }));
  await needs.look();
  await settled();
  assert.equal(document.title, "(2) Histórico");
  document.title = "Histórico";
  document.dispatchEvent(new CustomEvent("page:changed"));
  assert.equal(document.title, "(2) Histórico");
  mayAnswer = false;
  document.dispatchEvent(new CustomEvent("page:changed"));
  assert.equal(document.title, "Histórico");
  assert.equal(slot.hidden, true);
});
