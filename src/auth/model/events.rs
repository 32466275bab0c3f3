//! Kinds of security and administrative events.

/// The area that an event belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventGroup {
    /// Sign-ins and refusals.
    Access,
    /// Changes of the company, its people and its devices.
    Admin,
}

impl EventGroup {
    pub const ALL: [EventGroup; 2] = [EventGroup::Access, EventGroup::Admin];

    /// The word in addresses and in catalogue keys.
    pub fn code(self) -> &'static str {
        match self {
            EventGroup::Access => "access",
            EventGroup::Admin => "admin",
        }
    }
}

macro_rules! events {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $group:ident;)*) => {
        /// What happened. The code is the word in the table and in the catalogue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum SecurityEvent {
            $($(#[$doc])* $name),*
        }

        impl SecurityEvent {
            pub const ALL: &'static [SecurityEvent] = &[$(SecurityEvent::$name),*];

            pub fn code(self) -> &'static str {
                match self { $(SecurityEvent::$name => $code),* }
            }

            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(SecurityEvent::$name),)* _ => None }
            }

            pub fn group(self) -> EventGroup {
                match self { $(SecurityEvent::$name => EventGroup::$group),* }
            }
        }
    };
}

// Kind, code, group. The sentence is `audit.` and the code.
events! {
    SignedIn = "signed_in", Access;
    SignInFailed = "sign_in_failed", Access;
    /// A failure after which the account has to wait.
    LockedOut = "locked_out", Access;
    /// Wrong PINs have used up the day's budget of an account or of the company's unknown devices.
    GuessBudgetSpent = "guess_budget_spent", Access;
    SignedOut = "signed_out", Access;
    PinChanged = "pin_changed", Access;
    /// A session was too old, or not used for too long.
    SessionEnded = "session_ended", Access;
    /// Something that the person's role does not allow.
    Denied = "denied", Access;
    /// A command or a socket from a page that is not ours, with the session of somebody.
    OriginRefused = "origin_refused", Access;
    /// An administrator typed a code that no screen shows.
    WallCodeWrong = "wall_code_wrong", Access;
    PinReset = "pin_reset", Admin;
    PersonCreated = "person_created", Admin;
    RolesChanged = "roles_changed", Admin;
    PersonDeactivated = "person_deactivated", Admin;
    PersonReactivated = "person_reactivated", Admin;
    /// An administrator has ended every session of somebody.
    SessionsRevoked = "sessions_revoked", Admin;
    /// A person who has left was anonymised.
    PersonAnonymised = "person_anonymised", Admin;
    CustomerAnonymised = "customer_anonymised", Admin;
    SetUpDone = "set_up_done", Admin;
    DeviceShared = "device_shared", Admin;
    DeviceUnshared = "device_unshared", Admin;
    /// The operator, or an administrator, has changed something of the company.
    SettingChanged = "setting_changed", Admin;
    /// An administrator has said by a file where goods lie.
    LocationsImported = "locations_imported", Admin;
    /// A screen became a wall of the company.
    WallPaired = "wall_paired", Admin;
    WallRenamed = "wall_renamed", Admin;
    WallRevoked = "wall_revoked", Admin;
    /// Somebody took data away as a file.
    Exported = "exported", Admin;
}
