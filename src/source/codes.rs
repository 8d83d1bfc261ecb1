//! The codes of this room's findings, in one table.
//!
//! HS001-HS099 files and their syntax, HS100-HS199 what a definition says,
//! HS200-HS299 keywords. A code keeps its meaning for ever; one that is no
//! longer used is not given to anything else.

use crate::model::Code;

macro_rules! codes {
    ($($(#[doc = $meaning:literal])+ $name:ident = $code:literal;)+) => {
        $($(#[doc = $meaning])+ pub const $name: Code = Code($code);)+

        /// Every code of this room with its meaning, ordered.
        pub const ALL: &[(Code, &str)] = &[$(($name, concat!($($meaning),+))),+];
    };
}

codes! {
    /// The folder of definitions is missing or is no folder.
    NO_FOLDER = "HS001";
    /// There is no definition below the folder.
    NO_DEFINITIONS = "HS002";
    /// A file or folder can't be read.
    UNREADABLE = "HS003";
    /// A definition or script is no regular file (a pipe, a socket, a device).
    NOT_A_FILE = "HS004";
    /// A symbolic link leads out of the folder of definitions.
    LINK_LEAVES = "HS005";
    /// A symbolic link is passed over.
    LINK_PASSED_OVER = "HS006";
    /// A file is larger than 1 MB.
    TOO_LARGE = "HS007";
    /// A file is not UTF-8.
    NOT_UTF8 = "HS008";
    /// A file holds a character that no text file holds.
    CONTROL_CHARACTER = "HS009";
    /// A file is not valid YAML.
    SYNTAX = "HS010";
    /// A key stands twice in one map.
    DUPLICATE_KEY = "HS011";
    /// A file holds several documents.
    SEVERAL_DOCUMENTS = "HS012";
    /// A document is nested too deeply, too large, or its aliases expand too far.
    TOO_COMPLEX = "HS013";
    /// A merge key is used.
    MERGE_KEY = "HS014";
    /// A YAML tag is used.
    TAG = "HS015";
    /// A document is empty or is no map.
    NOT_A_MAP = "HS016";
    /// A file name can't be written down as text.
    FILE_NAME = "HS017";
    /// A file has more findings than are reported.
    MORE_FINDINGS = "HS018";
    /// A file is not valid JSON.
    JSON_SYNTAX = "HS019";
    /// A file that looks like a definition is passed over.
    PASSED_OVER = "HS020";
    /// A kind has no definitions any more, so it is left alone.
    NOT_IN_PLAY = "HS021";
    /// A script that no definition uses.
    LEFT_OVER = "HS022";
    /// A live hook that can't be a definition.
    NOT_EXPORTED = "HS040";
    /// Keyword markers that an export could not keep.
    MARKERS_LOST = "HS041";
    /// A file that an export had to write again, without its comments.
    REWRITTEN = "HS042";
    /// Two live hooks are enabled for one trigger.
    TWO_LIVE_ENABLED = "HS043";
    /// Text of a live hook that looks like a keyword marker.
    LITERAL_MARKERS = "HS044";
    /// A live script larger than a file may be.
    LIVE_TOO_LARGE = "HS045";
    /// A folder that is laid out otherwise than asked for.
    OTHER_LAYOUT = "HS046";
    /// A required field is missing.
    MISSING_FIELD = "HS101";
    /// A field that doesn't exist.
    UNKNOWN_FIELD = "HS102";
    /// A value of the wrong kind.
    WRONG_KIND = "HS103";
    /// A text that YAML reads as a number, a boolean or null.
    QUOTE_IT = "HS104";
    /// A name that the Management API refuses.
    INVALID_NAME = "HS105";
    /// A name that the tenant will store in another form.
    NAME_IS_REWRITTEN = "HS106";
    /// A trigger that doesn't exist.
    UNKNOWN_TRIGGER = "HS107";
    /// Two definitions are one hook.
    SAME_IDENTITY = "HS108";
    /// Two hooks are enabled for one trigger.
    TWO_ENABLED = "HS109";
    /// A former name is claimed twice, or is the name of another hook.
    FORMER_NAME = "HS110";
    /// A script's path leaves the folder of definitions or is not relative.
    SCRIPT_PATH = "HS111";
    /// A script is missing.
    SCRIPT_MISSING = "HS112";
    /// A secret without a value.
    EMPTY_SECRET = "HS113";
    /// A kind of definition that doesn't exist, or one that can't lie there.
    UNKNOWN_KIND = "HS114";
    /// A trigger that is none of the documented ones; it is passed on.
    UNUSUAL_TRIGGER = "HS115";
    /// A date of a secret's rotation that can't be.
    ROTATION = "HS116";
    /// A setting of `hooksync.yaml`, or of the Deploy CLI's `config.json`, has a value that it can't have.
    INVALID_SETTING = "HS117";
    /// A setting of the Deploy CLI's `config.json` that has no effect here.
    SETTING_IGNORED = "HS118";
    /// A trigger whose bindings are defined twice, or an action bound twice.
    BOUND_TWICE = "HS119";
    /// An order names an action of another trigger, or one that no definition is called.
    BOUND_ELSEWHERE = "HS120";
    /// A test file beside which there is no definition.
    TEST_WITHOUT_DEFINITION = "HS130";
    /// Something in a test file that can't be, or that would test nothing.
    INVALID_TEST = "HS131";
    /// A keyword marker has no value.
    UNRESOLVED = "HS201";
    /// A marker that YAML takes for a comment.
    MARKER_IS_COMMENT = "HS202";
    /// A `##KEY##` whose value is no single text.
    NOT_A_TEXT = "HS203";
    /// A marker where none is replaced.
    MARKER_IN_KEY = "HS204";
    /// A keyword that nothing uses.
    UNUSED_KEYWORD = "HS205";
    /// A keyword whose value is never used because a stronger one exists.
    SHADOWED_KEYWORD = "HS206";
    /// Keywords that can't be read.
    INVALID_KEYWORDS = "HS207";
    /// An entry of `literalMarkers` that is no marker.
    NOT_A_MARKER = "HS208";
    /// A keyword whose value holds a marker itself.
    NESTED_MARKER = "HS209";
    /// A keyword that would insert a credential.
    WITHHELD = "HS210";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_ordered_and_unique() {
        assert!(ALL.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
