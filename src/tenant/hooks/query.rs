//! The query strings of `GET /hooks` and `GET /hooks/{id}`.
//!
//! Main type: [`ListQuery`]. Must not know the state.

use crate::tenant::message::Response;
use crate::tenant::query::{Parameter, Reader};
use crate::tenant::state::TRIGGERS;

/// The fields of a hook that a client may ask for, in the API's order.
pub(in crate::tenant) const FIELDS: [&str; 6] =
    ["id", "name", "script", "dependencies", "enabled", "triggerId"];

/// The page's size when none is asked for (recorded: `"limit":100`).
const DEFAULT_PER_PAGE: u64 = 100;

/// Which fields of a hook are answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::tenant) enum FieldChoice {
    /// All of them.
    #[default]
    All,
    /// Only these.
    Only(Vec<String>),
    /// All but these.
    Without(Vec<String>),
}

impl FieldChoice {
    /// Whether a field is answered.
    pub(in crate::tenant) fn shows(&self, field: &str) -> bool {
        let has = |fields: &Vec<String>| fields.iter().any(|name| name == field);
        match self {
            Self::All => true,
            Self::Only(fields) => has(fields),
            Self::Without(fields) => !has(fields),
        }
    }
}

/// What a client asks of the list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::tenant) struct ListQuery {
    /// The page, from 0.
    pub page: u64,
    /// How many hooks a page has.
    pub per_page: u64,
    /// Whether the answer is the object with totals.
    pub totals: bool,
    /// Whether the client asked for pages at all.
    pub paged: bool,
    /// Only hooks that are on, or off.
    pub enabled: Option<bool>,
    /// Only hooks of this trigger.
    pub trigger: Option<String>,
    /// Which fields.
    pub fields: FieldChoice,
}

/// The names of all parameters.
pub(in crate::tenant) const PARAMETERS: [&str; 7] =
    ["page", "per_page", "include_totals", "enabled", "fields", "include_fields", "triggerId"];

const LIST: [Parameter; 7] = [
    Parameter("page", "Page index of the results to return. First page is 0."),
    Parameter("per_page", "Number of results per page."),
    Parameter(
        "include_totals",
        "Return results inside an object that contains the total result count (true) or as a \
         direct array of results (false, default).",
    ),
    Parameter(
        "enabled",
        "Optional filter on whether a hook is enabled (true) or disabled (false).",
    ),
    Parameter("fields", FIELDS_DESCRIPTION),
    Parameter("include_fields", INCLUDE_FIELDS_DESCRIPTION),
    Parameter("triggerId", "Retrieves hooks that match the trigger"),
];

const ONE: [Parameter; 2] = [
    Parameter("fields", FIELDS_DESCRIPTION),
    Parameter("include_fields", INCLUDE_FIELDS_DESCRIPTION),
];

const FIELDS_DESCRIPTION: &str =
    "Comma-separated list of fields to include in the result. Leave empty to retrieve all fields.";
const INCLUDE_FIELDS_DESCRIPTION: &str =
    "Whether specified fields are to be included (true) or excluded (false).";

fn trigger(reader: &mut Reader) -> Option<String> {
    let text = reader.value("triggerId")?;
    if TRIGGERS.contains(&text.as_str()) {
        return Some(text);
    }
    reader.complain("triggerId", &format!("No enum match for: {text}"));
    None
}

fn fields(reader: &mut Reader) -> FieldChoice {
    let include = reader.boolean("include_fields").unwrap_or(true);
    let Some(text) = reader.value("fields").filter(|text| !text.is_empty()) else {
        return FieldChoice::All;
    };
    let fields: Vec<String> = text.split(',').map(str::to_owned).collect();
    if !fields.iter().all(|field| FIELDS.contains(&field.as_str())) {
        // In the words recorded for another resource.
        let complaint = format!(
            "String '{text}' does not match pattern. Must be a comma separated list of the \
             following values: {}",
            FIELDS.join(",")
        );
        reader.complain("fields", &complaint);
    }
    if include { FieldChoice::Only(fields) } else { FieldChoice::Without(fields) }
}

impl ListQuery {
    /// Reads the query of the list.
    pub(in crate::tenant) fn parse(query: &str) -> Result<Self, Response> {
        let mut reader = Reader::new(query, &LIST);
        let page = reader.integer("page", u64::from(u32::MAX));
        let per_page = reader.integer("per_page", 100);
        let totals = reader.boolean("include_totals");
        let enabled = reader.boolean("enabled");
        let trigger = trigger(&mut reader);
        let fields = fields(&mut reader);
        reader.finish()?;
        Ok(Self {
            page: page.unwrap_or(0),
            // Zero is taken as "not said" (assumed).
            per_page: per_page.filter(|&size| size > 0).unwrap_or(DEFAULT_PER_PAGE),
            totals: totals.unwrap_or(false),
            paged: page.is_some() || per_page.is_some() || totals == Some(true),
            enabled,
            trigger,
            fields,
        })
    }
}

/// Reads the query of `GET /hooks/{id}`.
pub(in crate::tenant) fn parse_fields(query: &str) -> Result<FieldChoice, Response> {
    let mut reader = Reader::new(query, &ONE);
    let fields = fields(&mut reader);
    reader.finish().map(|()| fields)
}

/// The `Link` header of a list: recorded with `first` and `last` and the
/// scheme `http`; `prev` and `next` are assumed.
pub(in crate::tenant) fn links(host: &str, query: &str, list: &ListQuery, total: u64) -> String {
    let last = total.saturating_sub(1) / list.per_page.max(1);
    let kept: Vec<&str> =
        query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("page=")).collect();
    let link = |page: u64, rel: &str| {
        let mut pairs: Vec<String> = kept.iter().map(ToString::to_string).collect();
        pairs.push(format!("page={page}"));
        format!("<http://{host}/api/v2/hooks?{}>; rel=\"{rel}\"", pairs.join("&"))
    };
    let mut links = vec![link(0, "first")];
    if list.page > 0 {
        links.push(link(list.page - 1, "prev"));
    }
    if list.page < last {
        links.push(link(list.page + 1, "next"));
    }
    links.push(link(last, "last"));
    links.join(", ")
}
