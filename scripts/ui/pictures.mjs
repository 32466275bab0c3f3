// node pictures.mjs BASE NUMBER PIN FOLDER [QUOTE.pdf]: a picture of every page of the demo and of what opens on it, in four
// sizes, light and dark, in both languages.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { cutOff, findPages, launch, open, openDialogs, pairWall, signIn, SIZES, upload, visit } from "./browser.mjs";

const [base, number, pin, folder, quote] = process.argv.slice(2);
const WALL = [1920, 1080];
let taken = 0;

/** A name for an address, without ids. */
const nameOf = (path) => path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "").replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, "") || "board";

async function take(page, way, name) {
  await page.evaluate(() => scrollTo(0, 0));
  const place = join(folder, `${way.lang}-${way.dark ? "dark" : "light"}-${way.size.join("x")}`);
  mkdirSync(place, { recursive: true });
  await page.screenshot({ path: join(place, `${name}.png`) });
  taken += 1;
}

async function takeAll(browser, way, paths) {
  const page = await visit(browser, way);
  await open(page, `${base}/sign-in`);
  await take(page, way, "sign-in");
  await signIn(page, base, { number, pin });
  const all = paths || await findPages(page, base);
  for (const path of all) {
    await open(page, base + path);
    await take(page, way, nameOf(path));
    await openDialogs(page, (dialog) => take(page, way, `${nameOf(path)}-${dialog}`));
    if (path !== "/" && !/^\/orders\/[^?/]+$/.test(path)) continue;
    await open(page, base + path);
    await cutOff(page, async () => {
      await page.waitForSelector("html[data-live=stale]", { timeout: 5_000 }).catch(() => {});
      await take(page, way, `${nameOf(path)}-offline`);
    });
  }
  await page.browserContext().close();
  return all;
}

/** Somebody who has just typed the PIN: what it proves lasts less long than all pictures take. */
async function administrator(browser, lang) {
  const page = await visit(browser, { lang });
  await signIn(page, base, { number, pin });
  return page;
}

let paths;
for (const lang of ["pt-BR", "en"]) {
  const browser = await launch(lang);
  try {
    if (quote && !paths) await upload(await administrator(browser, lang), base, quote);
    for (const dark of [false, true]) {
      for (const size of SIZES) paths = await takeAll(browser, { size, dark, lang }, paths);
      const way = { size: WALL, dark, lang };
      await take(await pairWall(browser, await administrator(browser, lang), base, way), way, "wall");
    }
  } finally {
    await browser.close();
  }
}
console.log(`${taken} pictures in ${folder}`);
