// What one wrote oneself may be changed without the permission to change everybody's. A fragment is the same for all, so
// it says whose a note is, and the page says who looks.

import { onChange, person } from "./page.js";

function show() {
  const me = person();
  for (const el of document.querySelectorAll("[data-author]")) el.toggleAttribute("data-mine", el.dataset.author === me);
}

export function start() {
  show();
  onChange(show);
}
