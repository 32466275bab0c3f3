// The entry. Everything works without it, as plain forms and pages; with it the page lives.

import { screen } from "./page.js";
import * as shared from "./shared.js";
import * as touch from "./touch.js";
import * as clock from "./clock.js";
import * as tap from "./tap.js";
import * as marks from "./marks.js";
import * as apply from "./apply.js";
import * as ages from "./ages.js";
import * as toasts from "./toasts.js";
import * as undo from "./undo.js";
import * as sheets from "./sheets.js";
import * as signin from "./signin.js";
import * as keypad from "./keypad.js";
import * as stepper from "./stepper.js";
import * as forms from "./forms.js";
import * as guard from "./guard.js";
import * as paper from "./paper.js";
import * as upload from "./upload.js";
import * as keys from "./keys.js";
import * as mine from "./mine.js";
import * as commands from "./commands.js";
import * as liveline from "./liveline.js";
import * as link from "./link.js";
import * as build from "./build.js";
import * as wall from "./wall.js";
import { flush, resume } from "./queue.js";
import { onTrouble } from "./frames.js";
import { onOutcome } from "./resync.js";
import { takeFlash } from "./answer.js";

document.documentElement.classList.add("js");

const signIn = () => signin.askPin().then(() => {
  link.resume();
  resume();
});

apply.onMissed(link.touched);
onTrouble({ resync: link.lost, touched: link.touched });
onOutcome({ signIn, forbidden: signin.emptyPage, failed: liveline.off });
link.onLink({ signIn, forbidden: signin.emptyPage, live: flush, hello: (hello) => build.met(hello.build) });

const parts = [touch, shared, clock, tap, marks, apply, ages, toasts, undo, forms, guard, signin, sheets, keypad, stepper, paper, upload, keys, mine,
  liveline, commands, wall];
for (const part of parts) part.start();
if (screen()) link.start();

const flash = takeFlash();
if (flash && flash.undo) undo.offerUndo(flash.undo, flash.message);
else if (flash) toasts.toast(flash.message, "good");
