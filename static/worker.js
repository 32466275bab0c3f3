// The service worker: a page that cannot be fetched is shown as it was last. Only navigations that failed are answered
// here; everything else goes to the network unchanged. The pages are kept by static/js/kept.js.

const KEPT = "kept-pages";
const AWAY = "/away";
const KEPT_AT = "X-Kept-At";
/** A waiting tap lives as long. */
const LONGEST = 12 * 60 * 60 * 1000;
/** Where nothing answers at all, a copy is shown rather than a blank page. */
const PATIENCE = 8000;

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("activate", (event) => {
  // The request is under way while the worker starts.
  const preload = self.registration.navigationPreload;
  event.waitUntil(Promise.all([self.clients.claim(), preload && preload.enable()]));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.mode === "navigate" && request.destination === "document") {
    event.respondWith(navigate(event));
  }
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(bringBack());
});

/** Whoever taps what a page has said finds that page; where it was closed, the list of what waits. */
async function bringBack() {
  const [page] = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  await (page ? page.focus() : self.clients.openWindow("/needs"));
}

/** @param {FetchEvent} event */
async function navigate(event) {
  const asked = ask(event).catch(() => null);
  const answer = await Promise.race([asked, after(PATIENCE)]);
  if (answer && isAnswer(answer)) return answer;
  return await copyOf(event.request.url) || answer || await asked || Response.error();
}

/** @param {FetchEvent} event */
const ask = async (event) => await event.preloadResponse || fetch(event.request);

/** @param {number} ms */
const after = (ms) => new Promise((done) => setTimeout(() => done(null), ms));

/** What somebody can answer a network that wants to know who asks. */
const ASKS_WHO = [401, 407, 511];

/**
 * A gateway that has nobody to ask is no answer, be it sorry or has it never heard of us. Of a redirect nothing can be seen.
 * @param {Response} answer
 */
const isAnswer = (answer) => answer.type === "opaqueredirect" || answer.headers.has("X-Build") || answer.status < 400 ||
  ASKS_WHO.includes(answer.status);

/** @param {string} url */
async function copyOf(url) {
  const kept = await caches.open(KEPT);
  for (const options of [{}, { ignoreSearch: true }]) {
    const copy = await kept.match(url, options);
    if (copy && Date.now() - Number(copy.headers.get(KEPT_AT)) < LONGEST) return copy;
  }
  return kept.match(AWAY);
}
