// node check.mjs BASE NUMBER PIN QUOTE.pdf: axe over every page of the demo, then Lighthouse where it is installed.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { cutOff, findPages, launch, open, openDialogs, signIn, upload, visit } from "./browser.mjs";

const [base, number, pin, quote] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const findings = [];
let looked = 0;

async function look(page, what) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  looked += 1;
  for (const { id, help, nodes } of violations) {
    for (const node of nodes.slice(0, 3)) findings.push(`${what}: ${id} (${help})\n    ${node.target.join(" ")}  ${node.html.slice(0, 160)}`);
  }
}

async function lookAtAll(browser, way) {
  const page = await visit(browser, way);
  const name = `${way.size.join("×")} ${way.dark ? "dark" : "light"} ${way.lang}`;
  await open(page, `${base}/sign-in`);
  await look(page, `${name} /sign-in`);
  await signIn(page, base, { number, pin });
  if (quote) await upload(page, base, quote);
  for (const path of await findPages(page, base)) {
    await open(page, base + path);
    await look(page, `${name} ${path}`);
    await openDialogs(page, (dialog) => look(page, `${name} ${path} #${dialog}`));
    if (!path.startsWith("/orders/") && path !== "/") continue;
    await open(page, base + path);
    await page.emulateMediaType("print");
    await look(page, `${name} ${path} in print`);
    await page.emulateMediaType("screen");
    await cutOff(page, async () => {
      await page.waitForSelector("html[data-live=stale]", { timeout: 5_000 }).catch(() => {});
      await look(page, `${name} ${path} offline`);
    });
  }
  await page.browserContext().close();
}

/** The order with the most lines. */
const longest = (page) => page.$$eval(".card", (cards) => {
  const lines = (card) => Number((card.querySelector(".figures")?.textContent.match(/\/(\d+)/) || [])[1] || 0);
  const most = cards.sort((one, other) => lines(other) - lines(one))[0];
  return most && most.querySelector("h3 a").getAttribute("href");
});

/** Scores of Lighthouse as a phone sees a page, beside what is wanted: every page once, and how quick the two are that the
 *  aisles live on. */
async function rate(browser) {
  let lighthouse;
  try {
    lighthouse = (await import("lighthouse")).default;
  } catch (error) {
    console.log("lighthouse is not installed: left out");
    return;
  }
  const page = await visit(browser, { size: [390, 844] });
  await signIn(page, base, { number, pin });
  const look = async (path, onlyCategories) => {
    const settings = { logLevel: "error", onlyCategories, disableStorageReset: true };
    const { lhr } = await lighthouse(base + path, settings, undefined, page);
    return onlyCategories.map((name) => Math.round(lhr.categories[name].score * 100));
  };
  const judge = (path, words, scores) => {
    console.log(`lighthouse ${path}: ${words} ${scores.join(", ")}`);
    if (scores.some((score) => score < 95)) findings.push(`lighthouse ${path}: ${words} ${scores.join(", ")}, and 95 is wanted`);
  };
  const order = await longest(page);
  for (const path of ["/", order].filter(Boolean)) {
    // The best of three: a busy machine is no finding.
    let best = 0;
    for (let at = 0; at < 3; at += 1) best = Math.max(best, ...await look(path, ["performance"]));
    judge(path, "performance", [best]);
  }
  // A page that is none answers with 404, which counts as a fault of its own.
  const pages = (await findPages(page, base)).filter((path) => path !== "/no-such-page");
  for (const path of pages) judge(path, "accessibility and best practices", await look(path, ["accessibility", "best-practices"]));
}

const browser = await launch();
try {
  await lookAtAll(browser, { size: [390, 844], dark: false, lang: "pt-BR" });
  await lookAtAll(browser, { size: [1280, 800], dark: true, lang: "en" });
  if (!process.env.NO_LIGHTHOUSE) await rate(browser);
} finally {
  await browser.close();
}
for (const finding of findings) console.log(finding);
console.log(`axe: ${looked} pages and states, ${findings.length} findings`);
process.exitCode = findings.length ? 1 : 0;
