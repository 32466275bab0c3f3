// [data-copy="ID"]: the text of a field goes to the share sheet of a phone, or to the clipboard.

import { around } from "./dom.js";
import { toast } from "./toasts.js";

/** @param {Event} event */
async function copy(event) {
  const button = around(event, "[data-copy]");
  const source = button && document.getElementById(button.dataset.copy || "");
  if (!button || !(source instanceof HTMLTextAreaElement)) return;
  const text = source.value;
  const small = matchMedia("(pointer: coarse)").matches;
  // Where neither can be done the list opens, to be copied by hand.
  if (!(small && navigator.share) && !navigator.clipboard) return;
  event.preventDefault();
  try {
    if (small && navigator.share) await navigator.share({ text });
    else await navigator.clipboard.writeText(text);
    toast(button.dataset.copied, "good");
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") return;
    button.closest("details")?.setAttribute("open", "");
    source.select();
  }
}

export function start() {
  document.addEventListener("click", copy);
}
