// What stands around <main> and changes while a page is open: its colours, what the navigation counts.

import { byId, findAll } from "./dom.js";

/**
 * Takes over every [data-around] of a page just fetched, by its id: attributes and what it holds. The element stays, for a
 * style sheet that is replaced would leave the page bare for a moment.
 * @param {Document} page
 */
export function renewAround(page) {
  for (const fresh of findAll("[data-around]", page)) {
    const old = byId(fresh.id);
    if (!old) continue;
    for (const { name, value } of Array.from(fresh.attributes)) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
    for (const { name } of Array.from(old.attributes)) {
      if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    }
    old.replaceChildren(...fresh.childNodes);
  }
}
