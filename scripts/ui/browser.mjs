// A browser over the demo: signs in, walks every page that a link leads to, and puts it into the states people meet.

import { existsSync } from "node:fs";
import puppeteer from "puppeteer-core";

/** Pages that no link leads to; the rest is found by following links. */
const UNLINKED = ["/pin", "/switch", "/away", "/no-such-page", "/history?state=canceled"];
/** What a link must not lead to: files, and ways out. */
const LEFT_OUT = /\.(pdf|csv|xlsx)|\/export|\/static\/|\/sign-out|\/e\/|\/live|^\/(feed|metrics|livez|readyz|health)/;

export const SIZES = [[390, 844], [844, 390], [1280, 800], [1440, 900]];

/** Sockets and the fields of dates speak the browser's own language, not the header's. */
export async function launch(lang = "pt-BR") {
  const executablePath = process.env.CHROMIUM
    || ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));
  const args = ["--no-sandbox", "--disable-dev-shm-usage", "--force-prefers-reduced-motion", `--lang=${lang}`, `--accept-lang=${lang}`];
  return puppeteer.launch({ executablePath, args, headless: true, env: { ...process.env, LANGUAGE: lang.replace("-", "_") } });
}

/** A page of somebody's own browser. */
export async function visit(browser, { size = SIZES[2], dark = false, lang = "pt-BR" } = {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const touch = Math.min(...size) < 700;
  await page.setViewport({ width: size[0], height: size[1], hasTouch: touch, isMobile: touch });
  // "Leave this page?" is answered with yes.
  page.on("dialog", (dialog) => dialog.accept());
  await page.setExtraHTTPHeaders({ "Accept-Language": lang });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]);
  return page;
}

/** Sockets, polls and papers in frames never end: a page is there when its script has begun and it is drawn. */
export async function open(page, url) {
  const answer = await page.goto(url, { waitUntil: "domcontentloaded" });
  await page.waitForSelector("html.js", { timeout: 5_000 }).catch(() => {});
  await page.evaluate(() => document.fonts.ready.then(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))));
  return answer;
}

export async function signIn(page, base, { number, pin }) {
  await open(page, `${base}/sign-in`);
  await page.type("input[name=number]", number);
  // By hand's pace: quicker keys are a scanner's.
  await page.type("input[name=pin]", pin, { delay: 80 });
  const inside = page.waitForSelector("main[data-person]");
  // Where the PIN does not enter by itself.
  await page.click("[data-sign-in] button.primary").catch(() => {});
  await inside;
}

/** Filters one on another show nothing that each alone does not. */
const isCombined = (path) => (path.match(/[a-z]+=yes/g) || []).length > 1 || /status=\w+&\w+=yes/.test(path);
/** An address without what differs from order to order. */
const kind = (path) => path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID").replace(/=[^&]*/g, "=").replace(/\?.*(cursor|after|before|page)=.*/, "?");

/** One address of each kind of page that links lead to. */
export async function findPages(page, base) {
  const found = new Map();
  const waiting = ["/", ...UNLINKED];
  while (waiting.length) {
    const path = waiting.shift();
    if (found.has(kind(path)) || LEFT_OUT.test(path) || isCombined(path)) continue;
    const answer = await open(page, base + path);
    if (!(answer.headers()["content-type"] || "").startsWith("text/html")) continue;
    found.set(kind(path), path);
    const links = await page.$$eval("a[href]", (all) => all.map((link) => link.href));
    for (const link of links) {
      const url = new URL(link);
      if (url.origin === new URL(base).origin) waiting.push(url.pathname + url.search);
    }
  }
  return [...found.values()];
}

/** A quote of the demo's own kind, uploaded, so that there is something to confirm. */
export async function upload(page, base, file) {
  await open(page, `${base}/quotes`);
  const field = await page.$("input[type=file]");
  if (!field) return;
  await field.uploadFile(file);
  await page.waitForSelector("a[href^='/quotes/']", { timeout: 20_000 });
}

/** A screen on a wall, as somebody who may pairs it with the code that it shows. */
export async function pairWall(browser, page, base, way) {
  const wall = await visit(browser, way);
  await open(wall, `${base}/wall`);
  await wall.waitForSelector(".pairing-code");
  const code = await wall.$eval(".pairing-code", (shown) => shown.textContent.replace(/\D/g, ""));
  await open(page, `${base}/walls`);
  await page.type("main [name=code]", code, { delay: 80 });
  // No two walls have one name.
  await page.type("main [name=name]", `TV ${code}`, { delay: 80 });
  await page.click("main form[action='/walls'] .primary");
  await wall.waitForSelector(".card", { timeout: 20_000 });
  return wall;
}

/** The dialogs and menus that the buttons of a page open, one after the other. */
export async function openDialogs(page, each) {
  const names = await page.$$eval("[data-dialog]", (all) => [...new Set(all.filter((one) => one.checkVisibility?.()).map((one) => one.dataset.dialog))]);
  for (const name of names) {
    const opener = await page.$(`[data-dialog="${name}"]`);
    if (!opener) continue;
    await opener.evaluate((one) => one.click());
    const isOpen = await page.waitForSelector(`#${name}[open]`, { timeout: 5_000 }).catch(() => null);
    if (!isOpen) continue;
    await each(name);
    await page.$eval(`#${name}`, (box) => box.close());
  }
}

/** What a page shows while its network is away. */
export async function cutOff(page, look) {
  const wire = await page.createCDPSession();
  const set = (offline) => wire.send("Network.emulateNetworkConditions", { offline, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
  await set(true);
  await page.evaluate(() => dispatchEvent(new Event("offline")));
  await look();
  await set(false);
  await wire.detach();
}
