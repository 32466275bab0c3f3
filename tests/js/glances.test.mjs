import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { tab } from "./load.mjs";
import { network, page, settled } from "./world.mjs";

mock.timers.enable({ apis: ["setInterval", "setTimeout"] });

for (const [screen, looks] of [["audit", 2], ["walls", 2], ["people", 0]]) {
  test(`the screen ${screen} is fetched again by the clock ${looks} times in forty seconds, and never while it is hidden`, async () => {
    page({ "data-screen": screen });
    const asked = network(() => null);
    const { start } = await tab()("glances.js");
    start();
    for (const hidden of [false, false, true]) {
      document.hidden = hidden;
      mock.timers.tick(19000);
      // A page is fetched at most once a second.
      mock.timers.tick(1000);
      mock.timers.tick(1000);
      await settled();
    }
    assert.equal(asked.length, looks);
    mock.timers.reset();
    mock.timers.enable({ apis: ["setInterval", "setTimeout"] });
  });
}
