// The entry. Everything works without it, as plain forms and pages; with it the page lives.

import { screen } from "./page.js";
import * as touch from "./touch.js";
import * as clock from "./clock.js";
import * as tap from "./tap.js";
import * as marks from "./marks.js";
import * as apply from "./apply.js";
import * as toasts from "./toasts.js";
import * as undo from "./undo.js";
import * as sheets from "./sheets.js";
import * as signin from "./signin.js";
import * as commands from "./commands.js";
import * as liveline from "./liveline.js";
import * as link from "./link.js";
import { flush, resume } from "./queue.js";
import { onTrouble } from "./frames.js";
import { onOutcome } from "./resync.js";
import { takeFlash } from "./answer.js";

const signIn = () => signin.askPin().then(() => {
  link.resume();
  resume();
});

onTrouble({ resync: link.lost, touched: link.touched });
onOutcome({ signIn, forbidden: signin.emptyPage, failed: liveline.off });
link.onLink({ signIn, forbidden: signin.emptyPage, live: flush });

for (const part of [touch, clock, tap, marks, apply, toasts, undo, sheets, signin, liveline, commands]) part.start();
if (screen()) link.start();

const flash = takeFlash();
if (flash && flash.undo) undo.offerUndo(flash.undo, flash.message);
else if (flash) toasts.toast(flash.message);
