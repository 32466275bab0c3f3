// The entry. Everything works without it, as plain forms and pages; with it the page lives.

import * as ahead from "./ahead.js";
import * as alarm from "./alarm.js";
import * as feedback from "./feedback.js";
import * as found from "./find.js";
import * as shared from "./shared.js";
import * as touch from "./touch.js";
import * as clock from "./clock.js";
import * as tap from "./tap.js";
import * as marks from "./marks.js";
import * as apply from "./apply.js";
import * as ages from "./ages.js";
import * as toasts from "./toasts.js";
import * as undo from "./undo.js";
import * as search from "./search.js";
import * as sheets from "./sheets.js";
import * as signin from "./signin.js";
import * as keypad from "./keypad.js";
import * as scanner from "./scanner.js";
import * as stepper from "./stepper.js";
import * as amounts from "./amounts.js";
import * as forms from "./forms.js";
import * as goods from "./goods.js";
import * as guard from "./guard.js";
import * as lists from "./lists.js";
import * as keys from "./keys.js";
import * as own from "./own.js";
import * as chips from "./chips.js";
import * as needs from "./needs.js";
import * as helping from "./helping.js";
import * as commands from "./commands.js";
import * as copy from "./copy.js";
import * as waiting from "./waiting.js";
import * as liveline from "./liveline.js";
import * as connection from "./connection.js";
import * as build from "./build.js";
import * as heal from "./reload.js";
import * as wayBack from "./way-back.js";
import * as kept from "./kept.js";
import { flush, resume } from "./queue.js";
import { isBehind, onTrouble } from "./frames.js";
import { isOwed, onOutcome } from "./resync.js";
import { takeFlash } from "./answer.js";
import { begin } from "./begin.js";
import { under } from "./page.js";

document.documentElement.classList.add("js");

const signIn = () => {
  kept.wipe();
  // A wall that was revoked shows what a screen shows that is none.
  if (under()) return heal.reloadWhenOurs();
  return signin.askPin().then(() => {
    kept.resume();
    connection.resume();
    resume();
  });
};
/** @param {string} [sentence] */
const forbidden = (sentence) => {
  kept.wipe();
  if (under()) heal.reloadWhenOurs();
  else signin.emptyPage(sentence);
};
const ended = () => {
  kept.wipe();
  signin.endPage();
};

apply.onMissed(connection.touched);
clock.onJump(connection.touched);
onTrouble({ resync: connection.lost, touched: connection.touched, owing: liveline.show });
onOutcome({ signIn, forbidden, failed: liveline.off, turned: connection.turned, owing: liveline.show });
liveline.onOwing(() => isOwed() || isBehind());
needs.onDue(connection.touched);
connection.onConnection({ signIn, forbidden, ended, live: () => { flush(); needs.look(); }, needs: needs.look, hello: (hello) => build.met(hello.build) });

const flash = {
  start() {
    const said = takeFlash();
    if (said && said.undo) undo.offerUndo(said.undo, said.message);
    else if (said) toasts.toast(said.message, "good");
  },
};

const parts = [build, heal, scanner, alarm, feedback, found, search, lists, touch, shared, clock, tap, marks, apply, ages, toasts, undo, forms, goods, guard, signin, sheets, keypad, stepper, amounts,
  keys, own, liveline, chips, needs, helping, commands, copy, waiting, connection, wayBack, kept, ahead, flash];
begin(parts);
