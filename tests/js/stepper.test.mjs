import assert from "node:assert/strict";
import test from "node:test";
import { load } from "./load.mjs";

const { stepped, leftOf } = await load("stepper.js");

const table = [
  ["up by one", "3", "1", 1, "1", "10", "4"],
  ["down by one", "3", "1", -1, "1", "10", "2"],
  ["never above the rest", "10", "1", 1, "1", "10", "10"],
  ["never below the least", "1", "1", -1, "1", "10", "1"],
  ["an odd rest goes down to the grid", "7.35", "0.1", -1, "0.001", "7.35", "7.3"],
  ["and back up to itself", "7.3", "0.1", 1, "0.001", "7.35", "7.35"],
  ["tenths do not drift", "0.2", "0.1", 1, "0.001", "9", "0.3"],
  ["a comma is read", "1,5", "0.5", 1, "0.5", "9", "2"],
  ["an empty field begins at nothing", "", "1", 1, "1", "9", "1"],
  ["nonsense too", "abc", "1", 1, "1", "9", "1"],
  ["without limits", "5", "1", 1, null, null, "6"],
];

for (const [what, value, step, direction, min, max, result] of table) {
  test("the stepper: " + what, () => assert.equal(stepped(value, step, direction, min, max), result));
}

for (const [most, taken, left] of [["20", "15", "5"], ["20", "20", ""], ["20", "0", ""], ["20", "25", ""], ["7.35", "7.3", "0.05"], ["1350.125", "0.125", "1350"]]) {
  test(`of ${most}, beside ${taken}, ${left || "nothing"} is left`, () => assert.equal(leftOf(most, taken), left));
}
