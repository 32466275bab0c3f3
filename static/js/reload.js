// A page looks before it leaves: where nobody of us answers, the browser's own error page or a gateway's would stand for
// ever.

import { requestPage } from "./request.js";
import { backoff, random, sleep, whenVisible } from "./page.js";

const LIMIT = 10000;
const AT_LEAST = 1000;

/**
 * Who must leave is shown as well that there is nothing to see there.
 * @param {string} url
 * @param {boolean} must
 */
async function isOurs(url, must) {
  const reply = await requestPage(url, LIMIT);
  return reply !== null && (must ? reply.isFinal : reply.ok);
}

/** Where to, and whether it may wait for somebody at work. @type {Set<string>} */
const asked = new Set();

/**
 * Runs `go` once a page of ours answers at `url`, however long that takes. `may` false: somebody is at work, later; who
 * must leave does not wait for who may.
 * @param {string} url
 * @param {() => void} go
 * @param {() => boolean} [may]
 */
export async function whenOurs(url, go, may) {
  const key = (may ? "may " : "must ") + url;
  if (asked.has(key)) return;
  asked.add(key);
  for (let attempt = 0; ; attempt++) {
    await whenVisible();
    if ((!may || may()) && await isOurs(url, !may) && (!may || may())) break;
    await sleep(AT_LEAST + backoff(attempt));
  }
  asked.delete(key);
  go();
}

/** The same page again, from a server that has it. */
export const reloadWhenOurs = () => whenOurs(location.href, () => location.reload());

/** The page at this address. A reload of a page that answered a form would send the form once more. */
export function fetchAgain() {
  location.replace(location.pathname + location.search);
}

/** [data-heals]: a page that says that something is wrong for now. It tries again by itself, not all in the same moment. */
export async function start() {
  if (!document.querySelector("[data-heals]")) return;
  await sleep(AT_LEAST + random(4000));
  // What answered a form may be at an address that has no page: then the sentence stays.
  whenOurs(location.href, fetchAgain, () => true);
}
