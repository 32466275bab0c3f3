// #undo-bar: ten seconds in which the last command can be taken back.

import { toast } from "./toasts.js";
import { words } from "./words.js";

const OPEN_FOR = 10000;
const SHOWN = 40;

let timer = 0;

const bar = () => document.getElementById("undo-bar");

export function offerUndo(url, message) {
  const box = bar();
  const form = box && box.querySelector("form");
  if (!form) {
    toast(message, "good");
    return;
  }
  form.setAttribute("action", url);
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
  // Whoever is on the button with the keyboard gets the time they need.
  if (box.contains(document.activeElement) && document.activeElement.matches(":focus-visible")) {
    timer = setTimeout(hide, 2000);
    return;
  }
  box.hidden = true;
  box.removeAttribute("data-running");
}

export function undoNow() {
  const box = bar();
  const button = box && !box.hidden ? box.querySelector("form button") : null;
  if (button) button.click();
  else toast(words("nothingToUndo"));
}

export function start() {
  document.addEventListener("submit", (event) => {
    if (bar() && bar().contains(event.target)) setTimeout(() => {
      if (document.activeElement) document.activeElement.blur();
      hide();
    }, 0);
  });
}
