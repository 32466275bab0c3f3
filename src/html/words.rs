//! The sentences of the script: one table, printed as `data-*` of `#words`.

use super::render_context::RenderContext;

/// Attribute of `#words` and key of the catalogue; `static/js/words.js` says when each is shown.
const WORDS: &[(&str, &str)] = &[
    ("live", "live.live"),
    ("connecting", "live.connecting"),
    ("stale", "live.stale"),
    // Ages, computed like `WorkCalendar::age`.
    ("age-now", "age.now"),
    ("age-minutes", "age.minutes"),
    ("age-hours", "age.hours"),
    ("age-day", "age.day"),
    ("age-day-hours", "age.day_hours"),
    ("age-days", "age.days"),
    ("age-days-hours", "age.days_hours"),
    // And of deadlines, as `countdown` has them.
    ("due-now", "due.now"),
    ("due-in", "due.in"),
    ("due-late", "due.late"),
    ("due-days-one", "due.days.one"),
    ("due-days-other", "due.days.other"),
    // The steps of a tap.
    ("saving", "words.saving"),
    ("saved-here", "words.saved_here"),
    ("kept-one", "words.kept.one"),
    ("kept-other", "words.kept.other"),
    ("sent-later", "words.sent_later"),
    // What ended, what the program cannot save, and what waits for somebody else.
    ("unsaved-one", "words.unsaved.one"),
    ("unsaved-other", "words.unsaved.other"),
    ("expired", "words.expired"),
    ("broken", "words.broken"),
    ("yours", "words.yours"),
    ("theirs-one", "words.theirs.one"),
    ("theirs-other", "words.theirs.other"),
    ("take-over-one", "words.take_over.one"),
    ("take-over-other", "words.take_over.other"),
    ("leaving-one", "words.leaving.one"),
    ("leaving-other", "words.leaving.other"),
    ("still-in", "words.still_in"),
    ("somebody", "words.somebody"),
    ("too-late", "words.too_late"),
    ("no-copies", "words.no_copies"),
    ("nothing-waits", "words.nothing_waits"),
    ("seen", "words.seen"),
    ("retry", "words.retry"),
    ("give-up", "words.give_up"),
    ("nothing-to-undo", "words.nothing_to_undo"),
    // Where the server gave no sentence of its own.
    ("not-saved", "words.not_saved"),
    ("forbidden", "words.forbidden"),
    ("to-board", "error.back"),
    ("access-ended", "unlock.ended"),
    ("to-sign-in", "sign_in.button"),
    ("gone", "words.gone"),
    ("conflict", "words.conflict"),
    ("too-many", "words.too_many"),
    ("unavailable", "words.unavailable"),
    ("offline", "words.offline"),
    ("new-orders-one", "words.new_orders.one"),
    ("new-orders-other", "words.new_orders.other"),
    ("helping-one", "helping.asks.one"),
    ("helping-other", "helping.asks.other"),
    ("scanner-soon", "words.scanner_soon"),
    // The buttons beside a stepper, which name its amount.
    ("pick-amount", "item.pick_amount"),
    ("pick-and-short", "item.pick_and_short"),
    ("pick-part-and-short", "item.pick_part_and_short"),
    ("number-unread", "number.unread"),
    ("number-doubtful", "number.doubtful"),
    ("number-whole", "number.whole"),
];

/// What `desk.js` says besides: the aisles fetch nothing of it.
const DESK_WORDS: &[(&str, &str)] = &[
    ("range", "pager.range"),
    ("upload-waiting", "upload.waiting"),
    ("upload-sending", "upload.sending"),
    ("upload-reading", "upload.reading"),
    ("upload-done", "upload.done"),
    ("upload-offline", "upload.offline"),
    ("upload-failed", "upload.failed"),
    ("upload-too-large", "upload.too_large"),
    ("upload-unreadable", "upload.unreadable"),
];

impl RenderContext {
    /// Names and catalogue keys of everything the script of every page says.
    pub fn script_words(&self) -> &'static [(&'static str, &'static str)] {
        WORDS
    }

    /// The same of what only the script of a desk says.
    pub fn desk_words(&self) -> &'static [(&'static str, &'static str)] {
        DESK_WORDS
    }

    /// The sentence with its places marked as the script expects them: `{n}` instead of `%{n}`.
    pub fn script_word(&self, key: &'static str) -> String {
        self.t(key).replace("%{", "{")
    }
}
