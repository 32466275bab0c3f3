//! The commands of an order, each declared once: its address, who may, whether it can be undone, what its answer says.
//!
//! The router, the actions, `data-need` in the templates and the tests that loop over all commands read these rows.

use crate::actor::Permission;

/// A command of an order, or of a part of it.
#[derive(Debug)]
pub struct OrderCommand {
    /// The router's pattern.
    pub path: &'static str,
    /// What the person must be allowed to do with this order.
    pub permission: Permission,
    /// Whether its answer offers to take it back.
    pub undoable: bool,
    /// The sentence of its answer.
    pub done: &'static str,
}

impl OrderCommand {
    /// The word for `data-need` of its form.
    pub fn need(&self) -> &'static str {
        self.permission.code()
    }
}

/// Calls `$with!` with the rows: name = address below the order, permission, whether it is undone, sentence, form.
macro_rules! order_commands {
    ($with:ident) => {
        $with! {
            PICK_ITEM = "/items/{item}/pick", Pick, undoable, "done.picked", PickForm;
            UNPICK_ITEM = "/items/{item}/unpick", Pick, undoable, "done.unpicked", UnpickForm;
            RETURN_ITEM = "/items/{item}/return", Pick, undoable, "done.returned", ReturnForm;
            PICK_ALL = "/pick-all", ChangeOrder, undoable, "done.picked_all", PickAllForm;
            MARK_SHORT = "/items/{item}/short", ResolveItem, undoable, "done.short", ShortForm;
            PICK_AND_SHORT = "/items/{item}/pick-short", ResolveItem, undoable, "done.picked_and_short", PickAndShortForm;
            UNMARK_SHORT = "/items/{item}/unshort", ResolveItem, undoable, "done.unshort", UnshortForm;
            SUBSTITUTE_ITEM = "/items/{item}/substitute", ResolveItem, undoable, "done.substituted", SubstituteForm;
            UNSUBSTITUTE_ITEM = "/items/{item}/unsubstitute", ResolveItem, undoable, "done.unsubstituted", UnsubstituteForm;
            AGREE_REPLACEMENT = "/items/{item}/agree", Answer, undoable, "done.agreed", AgreeForm;
            WITHDRAW_REPLACEMENT = "/items/{item}/unagree", Answer, undoable, "done.unagreed", UnagreeForm;
            ANSWER_SHORTAGE = "/items/{item}/answer", Answer, undoable, "done.answered", AnswerForm;
            REQUEST_PURCHASE = "/items/{item}/request", ResolveItem, undoable, "done.requested", RequestForm;
            WITHDRAW_REQUEST = "/items/{item}/withdraw", ResolveItem, undoable, "done.withdrawn", WithdrawForm;
            MARK_ORDERED = "/items/{item}/ordered", Buy, undoable, "done.ordered", OrderedForm;
            UNMARK_ORDERED = "/items/{item}/unordered", Buy, undoable, "done.unordered", UnorderedForm;
            MARK_RECEIVED = "/items/{item}/received", Receive, undoable, "done.received", ReceivedForm;
            UNMARK_RECEIVED = "/items/{item}/unreceived", Receive, undoable, "done.unreceived", UnreceivedForm;
            MARK_NOT_FOUND = "/items/{item}/not-found", Buy, undoable, "done.not_found", NotFoundForm;
            RETURN_GOODS = "/items/{item}/return-goods", Pick, undoable, "done.returned", ReturnGoodsForm;
            SETTLE_PURCHASE = "/items/{item}/settle", SettlePurchase, undoable, "done.settled", SettleForm;
            SET_LOCATION = "/items/{item}/location", Pick, undoable, "done.location", LocationForm;
            FINISH_ORDER = "/finish", Finish, final, "done.finished", FinishForm;
            REOPEN_ORDER = "/reopen", Reopen, final, "done.reopened", ReopenForm;
            CANCEL_ORDER = "/cancel", Cancel, final, "done.canceled", CancelForm;
            MARK_LEFT = "/left", MarkLeft, undoable, "done.left", LeftForm;
            TICK_ADJUSTED = "/adjusted", Adjust, undoable, "done.adjusted", AdjustedForm;
            SET_URGENT = "/urgent", ChangeOrder, undoable, "done.urgent", UrgentForm;
            CHANGE_SHIPPING = "/shipping", ChangeOrder, undoable, "done.shipping", ShippingForm;
            CHANGE_DUE = "/due", ChangeOrder, undoable, "done.due", DueForm;
            HAND_OVER = "/seller", Administer, undoable, "done.handed_over", SellerForm;
            ADD_NOTE = "/notes", AddNote, undoable, "done.note_added", NoteForm;
            // The author may always change a note.
            CHANGE_NOTE = "/notes/{note}", ChangeOrder, undoable, "done.note_changed", ChangeNoteForm;
            SEE_CHANGES = "/seen", View, final, "words.seen", SeenForm;
        }
    };
}
pub(crate) use order_commands;

macro_rules! rows {
    ($($name:ident = $path:literal, $permission:ident, $undo:tt, $done:literal, $form:ident;)*) => {
        $(
            pub const $name: OrderCommand = OrderCommand {
                path: concat!("/orders/{order}", $path),
                permission: Permission::$permission,
                undoable: is_undoable!($undo),
                done: $done,
            };
        )*

        pub const ALL: &[OrderCommand] = &[$($name),*];
    };
}

macro_rules! is_undoable {
    (undoable) => {
        true
    };
    (final) => {
        false
    };
}

order_commands!(rows);
