//! One field's old and new value, as data.
//!
//! Every kind of resource describes its changes with these few values, so
//! that a renderer shows values and never has to know a kind. Must not know
//! which fields a kind has.

use crate::model::{Dependencies, Script};

/// A field of a definition. Ordered as changes list them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The name.
    Name,
    /// The trigger.
    Trigger,
    /// The version of an action's trigger.
    TriggerVersion,
    /// Whether it runs, where a field of its own says so.
    Enabled,
    /// The runtime.
    Runtime,
    /// The npm packages, as a whole.
    Dependencies,
    /// The modules that an action uses, as a whole.
    Modules,
    /// The script.
    Script,
    /// Whether the draft is what is deployed.
    Deploy,
    /// The actions bound to a trigger, in order.
    Bindings,
    /// What the Dashboard calls them, where nothing else of an order changes.
    DisplayNames,
}

impl Field {
    /// Every field.
    pub const ALL: [Self; 11] = [
        Self::Name,
        Self::Trigger,
        Self::TriggerVersion,
        Self::Enabled,
        Self::Runtime,
        Self::Dependencies,
        Self::Modules,
        Self::Script,
        Self::Deploy,
        Self::Bindings,
        Self::DisplayNames,
    ];

    /// The name in definitions and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Trigger => "triggerId",
            Self::TriggerVersion => "triggerVersion",
            Self::Enabled => "enabled",
            Self::Runtime => "runtime",
            Self::Dependencies => "dependencies",
            Self::Modules => "modules",
            Self::Script => "script",
            Self::Deploy => "deploy",
            Self::Bindings => "bindings",
            Self::DisplayNames => "displayNames",
        }
    }

    /// The word for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Trigger => "trigger",
            Self::TriggerVersion => "api version",
            other => other.as_str(),
        }
    }

    /// Whether the heading of a new resource shows it already.
    #[must_use]
    pub fn is_in_heading(self) -> bool {
        matches!(self, Self::Name | Self::Trigger)
    }
}

/// What a field can hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A short text.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// npm packages and their versions.
    Packages(Dependencies),
    /// JavaScript, byte for byte.
    Script(Script),
    /// Names in an order that matters.
    Names(Vec<String>),
}

impl Value {
    /// The flag, if it is one.
    #[must_use]
    pub fn flag(&self) -> Option<bool> {
        match self {
            Self::Flag(flag) => Some(*flag),
            _ => None,
        }
    }
}

/// One field's old and new value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Which field.
    pub field: Field,
    /// As the tenant has it; `None` where there is nothing live, or it isn't
    /// known.
    pub old: Option<Value>,
    /// As it is to be.
    pub new: Value,
}

impl FieldChange {
    /// A change of a field.
    #[must_use]
    pub fn new(field: Field, old: Option<Value>, new: Value) -> Self {
        Self { field, old, new }
    }

    /// A text's change.
    #[must_use]
    pub fn text(field: Field, old: Option<String>, new: impl Into<String>) -> Self {
        Self::new(field, old.map(Value::Text), Value::Text(new.into()))
    }

    /// A flag's change.
    #[must_use]
    pub fn flag(field: Field, old: Option<bool>, new: bool) -> Self {
        Self::new(field, old.map(Value::Flag), Value::Flag(new))
    }

    /// The packages' change.
    #[must_use]
    pub fn packages(old: Option<Dependencies>, new: Dependencies) -> Self {
        Self::new(Field::Dependencies, old.map(Value::Packages), Value::Packages(new))
    }

    /// The script's change.
    #[must_use]
    pub fn script(old: Option<Script>, new: Script) -> Self {
        Self::new(Field::Script, old.map(Value::Script), Value::Script(new))
    }

    /// Whether old and new value differ. A replace lists all of its fields,
    /// for all are sent.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.old.as_ref() != Some(&self.new)
    }
}
