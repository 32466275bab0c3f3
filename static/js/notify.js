// [data-notify]: the button that asks the browser whether needs.js may notify.

import { onChange } from "./page.js";
import { around, find } from "./dom.js";

function offer() {
  const button = find("[data-notify]");
  if (button) button.hidden = typeof Notification === "undefined" || Notification.permission !== "default";
}

export function start() {
  offer();
  // A page that was fetched again hides what the script showed.
  onChange(offer);
  document.addEventListener("click", (event) => {
    if (around(event, "[data-notify]")) Notification.requestPermission().then(offer);
  });
}
