//! A choice with its textual forms, declared once.
//!
//! Main macro: `choice!`. Must not know what is chosen.

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
