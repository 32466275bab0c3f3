// #undo-bar: ten seconds in which the last command can be taken back.

import { toast, untoast } from "./toasts.js";
import { words } from "./words.js";
import { around, byId, find, focused } from "./dom.js";

const OPEN_FOR = 10000;
const SHOWN = 40;

/** @type {ReturnType<typeof setTimeout> | 0} */
let timer = 0;

const bar = () => byId("undo-bar");

/**
 * @param {string} url
 * @param {string | undefined} message
 */
export function offerUndo(url, message) {
  const box = bar();
  const form = box && box.querySelector("form");
  if (!form) return;
  form.setAttribute("action", url);
  // What was said of an earlier tap does not lie over this one's.
  untoast();
  const slot = box.querySelector("[data-text]");
  box.hidden = false;
  // Written only now: a live region speaks of what changes in it, not of what it was shown with.
  if (slot) {
    slot.textContent = "";
    setTimeout(() => { slot.textContent = message || ""; }, SHOWN);
  }
  box.removeAttribute("data-running");
  // Read once so that the animation of the bar begins anew.
  void box.offsetWidth;
  box.setAttribute("data-running", "");
  clearTimeout(timer);
  timer = setTimeout(hide, OPEN_FOR);
}

function hide() {
  const box = bar();
  clearTimeout(timer);
  if (!box) return;
  // A focused button stays until it loses the focus.
  if (box.contains(document.activeElement) && focused()?.matches(":focus-visible")) {
    timer = setTimeout(hide, 2000);
    return;
  }
  box.hidden = true;
  box.removeAttribute("data-running");
}

export function undoNow() {
  const box = bar();
  const button = box && !box.hidden ? find("form button", box) : null;
  if (button) button.click();
  else toast(words("nothingToUndo"));
}

export function start() {
  document.addEventListener("submit", (event) => {
    if (around(event, "#undo-bar")) setTimeout(() => {
      focused()?.blur();
      hide();
    }, 0);
  });
}
