// Dialogs: [data-open="ID"] opens, [data-close] and the backdrop close, Escape closes, focus goes back.

import { fieldsOf, isDirty, isTextField } from "./hold.js";

const openers = new WeakMap();

export function openSheet(box, opener) {
  if (!box || !box.showModal || box.open) return;
  openers.set(box, opener || document.activeElement);
  box.showModal();
}

function clicked(event) {
  const el = event.target;
  if (!el.closest) return;
  const opener = el.closest("[data-open]");
  if (opener) {
    const box = document.getElementById(opener.dataset.open);
    if (box && box.showModal) {
      event.preventDefault();
      openSheet(box, opener);
    }
    return;
  }
  const closer = el.closest("[data-close]");
  const box = el.closest("dialog[open]");
  if (closer && box) {
    event.preventDefault();
    box.close();
  } else if (box && el === box && outside(box, event) && !hasWords(box)) {
    box.close();
  }
}

function outside(box, event) {
  if (event.detail === 0) return false;
  const edge = box.getBoundingClientRect();
  return event.clientX < edge.left || event.clientX > edge.right || event.clientY < edge.top || event.clientY > edge.bottom;
}

/** A slip beside the sheet must not throw away what was typed. */
const hasWords = (box) => fieldsOf(box).some((field) => isTextField(field) && !field.dataset.step && isDirty(field));

function closed(event) {
  const box = event.target;
  if (!box.matches || !box.matches("dialog")) return;
  // Given up: nothing typed here holds the page any longer.
  box.querySelectorAll("form").forEach((form) => {
    if (!form.hasAttribute("data-saving")) form.reset();
  });
  const opener = openers.get(box);
  openers.delete(box);
  if (opener && opener.isConnected && document.activeElement === document.body) opener.focus({ preventScroll: true });
}

export function start() {
  document.addEventListener("click", clicked);
  document.addEventListener("close", closed, true);
}
