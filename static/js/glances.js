// Screens that show what no event tells: who signed in and whose PIN was wrong, whether a wall is switched on. They are
// fetched again when something happens that screens hear of, and now and then besides.

import { screen } from "./page.js";
import { refresh } from "./resync.js";

const EVERY = 20000;
const SCREENS = ["audit", "walls"];

export function start() {
  if (!SCREENS.includes(screen())) return;
  setInterval(() => { if (!document.hidden) refresh(); }, EVERY);
}
