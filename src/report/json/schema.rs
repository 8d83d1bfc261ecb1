//! The published schemas of the JSON output, made from the very types that
//! are written.
//!
//! Must not describe anything by hand that the types can say.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use super::output::Plan;
use super::pretty;
use super::results::{Apply, Validate};

/// Which output a schema is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `plan --format json`
    Plan,
    /// `apply --format json`
    Result,
    /// `validate --format json`
    Validate,
}

/// The JSON Schema (draft 2020-12) of an output, with a newline at the end.
#[must_use]
pub fn schema(kind: Kind) -> String {
    match kind {
        Kind::Plan => of::<OneOrMany<Plan>>("hooksync plan --format json"),
        Kind::Result => of::<OneOrMany<Apply>>("hooksync apply --format json"),
        Kind::Validate => of::<Validate>("hooksync validate --format json"),
    }
}

fn of<T: JsonSchema>(title: &str) -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    pretty(&schema)
}

/// One value, or with several environments one for each.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "stands for a shape; only its schema is used")]
enum OneOrMany<T> {
    /// One environment.
    One(T),
    /// Several environments, in the order in which they were named.
    Many(Vec<T>),
}
