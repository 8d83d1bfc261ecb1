//! A choice with its textual forms, declared once.
//!
//! Main macro: `choice!`. Must not know what is chosen.

/// A text that names none of the choices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{given:?} is none of {choices}")]
pub struct InvalidChoice {
    pub(super) given: String,
    pub(super) choices: &'static str,
}

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

        impl std::str::FromStr for $name {
            type Err = $crate::tenant::choice::InvalidChoice;

            fn from_str(text: &str) -> Result<Self, $crate::tenant::choice::InvalidChoice> {
                match text.trim() {
                    $text => Ok(Self::$first),
                    $($other => Ok(Self::$variant),)*
                    _ => Err($crate::tenant::choice::InvalidChoice {
                        given: text.to_owned(),
                        choices: concat!($text $(, ", ", $other)*),
                    }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self {
                    Self::$first => $text,
                    $(Self::$variant => $other,)*
                })
            }
        }
    };
}

pub(super) use choice;
