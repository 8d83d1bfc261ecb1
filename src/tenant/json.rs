//! JSON whose objects keep the order of their keys.
//!
//! Order is part of what the service is recorded to answer: keys of a hook,
//! names of secrets, the names of unknown keys in an error. Must not know what
//! the documents mean.

pub use serde_json::Value as Json;

/// An object.
pub type Object = serde_json::Map<String, Json>;
/// A map in the order in which its keys first came. To keep the order, take
/// out a key with `shift_remove`.
pub type Ordered<V> = indexmap::IndexMap<String, V>;

/// An object without the fields that are `null`: the service leaves them out.
pub(super) fn without_nulls(mut object: Json) -> Json {
    if let Json::Object(fields) = &mut object {
        fields.retain(|_, value| !value.is_null());
    }
    object
}

/// What the service's validator calls a value's type.
pub(super) fn type_name(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(number) if number.is_f64() => "number",
        Json::Number(_) => "integer",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(text: &str) -> String {
        let value: Json = serde_json::from_str(text).unwrap();
        serde_json::to_string(&value).unwrap()
    }

    #[test]
    fn order_is_kept_and_the_last_of_two_equal_keys_counts() {
        let text = r#"{"b":1,"a":[null,true,-2,1.5,"x"],"c":{"z":{},"y":[]}}"#;
        assert_eq!(through(text), text);
        assert_eq!(through(r#"{"b":1,"a":2,"b":3}"#), r#"{"b":3,"a":2}"#);
    }
}
