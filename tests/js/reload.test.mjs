import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { answer, Element, network, page, settled } from "./world.mjs";

test("a page that says that something is wrong for now is left for a page, and not for the word that there is none", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1761000000000 });
  const body = page();
  body.appendChild(new Element("section", { "data-heals": "" }));
  const went = [];
  globalThis.location = Object.assign(new URL("http://app.example/people"), { replace: (to) => went.push(to) });
  const asked = network((url, options, n) => answer([503, 404, 405, 200][n - 1] || 200, "page"));
  (await tab()("reload.js")).start();
  for (const tries of [1, 2, 3, 4]) {
    mock.timers.tick(31000);
    await settled();
    assert.deepEqual([asked.length, went], [tries, tries === 4 ? ["/people"] : []]);
  }
  mock.timers.reset();
});
