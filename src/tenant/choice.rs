//! A choice with its textual forms, declared once, and the error of a text that
//! is none of what it should be.
//!
//! Main macro: `choice!`. Must not know what is chosen.

/// A text that can't be used, what it is not, and what to write.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} {1}")]
pub struct Invalid(pub(super) String, pub(super) &'static str);

/// Declares a choice with its textual forms, the default first.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident { $first:ident = $text:literal: $about:literal,
        $($variant:ident = $other:literal: $other_about:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
        pub enum $name {
            #[doc = $about]
            #[default]
            $first,
            $(#[doc = $other_about] $variant,)*
        }

        impl $name {
            /// As it is written.
            #[must_use]
            pub fn text(self) -> &'static str {
                match self {
                    Self::$first => $text,
                    $(Self::$variant => $other,)*
                }
            }
        }

        impl clap::ValueEnum for $name {
            fn value_variants<'a>() -> &'a [Self] {
                &[Self::$first, $(Self::$variant,)*]
            }

            fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
                Some(self.text().into())
            }
        }
    };
}

pub(super) use choice;
