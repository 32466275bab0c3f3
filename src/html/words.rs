//! The sentences of the script: one table, printed as `data-*` of `#words`.

use super::scene::Scene;

/// Attribute of `#words` and key of the catalogue. `data-new-orders-one` is `words.dataset.newOrdersOne`.
const WORDS: [(&str, &str); 55] = [
    // What the line in the header says.
    ("live", "live.live"),
    ("stale", "live.stale"),
    ("connecting", "live.connecting"),
    // Ages, computed like `WorkCalendar::age`: {n}.
    ("age-now", "age.now"),
    ("age-minutes", "age.minutes"),
    ("age-hours", "age.hours"),
    ("age-day", "age.day"),
    ("age-days", "age.days"),
    // The steps of a tap.
    ("saving", "words.saving"),
    ("saved", "words.saved"),
    ("saved-here", "words.saved_here"),
    ("kept-one", "words.kept.one"),
    ("kept-other", "words.kept.other"),
    ("sent-later", "words.sent_later"),
    ("not-saved", "words.not_saved"),
    ("dropped", "words.dropped"),
    ("retry", "words.retry"),
    ("undo", "undo.button"),
    ("picked", "words.picked"),
    ("double-tap", "words.double_tap"),
    // Connection and session.
    ("offline", "words.offline"),
    ("back-online", "words.back_online"),
    ("session-ended", "words.session_ended"),
    ("other-person", "words.other_person"),
    ("deactivated", "words.deactivated"),
    ("forbidden", "words.forbidden"),
    ("too-many", "words.too_many"),
    ("unavailable", "words.unavailable"),
    ("error", "words.error"),
    ("gone", "words.gone"),
    ("conflict", "words.conflict"),
    ("new-build", "words.new_build"),
    // Somebody else's doing: {name}, {n}, {number}.
    ("new-orders-one", "words.new_orders.one"),
    ("new-orders-other", "words.new_orders.other"),
    ("changed-elsewhere", "words.changed_elsewhere"),
    ("waiting-change", "words.waiting_change"),
    ("moved", "words.moved"),
    ("urgent-now", "words.urgent_now"),
    ("left-finished", "words.left_finished"),
    ("all-settled", "words.all_settled"),
    // Uploads: {file}, {percent}.
    ("upload-waiting", "upload.waiting"),
    ("upload-sending", "upload.sending"),
    ("upload-reading", "upload.reading"),
    ("upload-done", "upload.done"),
    ("upload-failed", "upload.failed"),
    ("upload-offline", "upload.offline"),
    ("upload-too-large", "upload.too_large"),
    ("upload-not-pdf", "upload.not_pdf"),
    ("upload-retry", "upload.retry"),
    ("upload-drop", "upload.drop"),
    // Forms.
    ("required", "form.required"),
    ("number-wrong", "form.number"),
    ("unsaved", "words.unsaved"),
    ("confirm-leave", "words.confirm_leave"),
    ("seconds", "words.seconds"),
];

impl Scene {
    /// Names and catalogue keys of everything the script says.
    pub fn script_words(&self) -> &'static [(&'static str, &'static str)] {
        &WORDS
    }

    /// The sentence with its places marked as the script expects them: `{n}` instead of `%{n}`.
    pub fn script_word(&self, key: &'static str) -> String {
        self.t(key).replace("%{", "{")
    }
}
