//! The codes of a plan's warnings, in one table: HS501 to HS512.
//!
//! A code keeps its meaning for ever; one that is no longer used is not given to
//! anything else. Must not know what leads to one.

/// The tenant lacks a secret, and the definition has no value for it.
pub const SECRET_WITHOUT_VALUE: &str = "HS501";
/// The tenant has a second one of this name; it is left alone.
pub const SECOND_OF_NAME: &str = "HS502";
/// Something live has a trigger that this version doesn't know; it is left alone.
pub const UNKNOWN_TRIGGER: &str = "HS503";
/// Something is left over from an interrupted run.
pub const LEFT_OVER: &str = "HS504";
/// A fault in what changes can lock out users, or hooksync itself.
pub const LOCK_OUT: &str = "HS505";
/// One is disabled because another one takes over its trigger.
pub const TAKEN_OVER: &str = "HS506";
/// A script holds the value of a secret.
pub const SECRET_IN_SCRIPT: &str = "HS507";
/// The draft of an action differs from what is deployed and from the files.
pub const EDITED_DRAFT: &str = "HS508";
/// The tenant has ended this kind, so its changes can't be applied.
pub const KIND_ENDED: &str = "HS509";
/// `rotatedAt` lies ahead: the secret is sent by the first apply after it.
pub const ROTATED_LATER: &str = "HS510";
/// The build of a draft failed; apply has it built once more.
pub const BUILD_FAILED: &str = "HS511";
/// The tenant is expected to refuse changes of a kind that was ended.
pub const EXPECTED_REFUSAL: &str = "HS512";
