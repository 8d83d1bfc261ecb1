//! Pages of a list: which items, and the numbers beside them. Recorded: what
//! is zero is left out.
//!
//! Main type: [`Page`]. Must not know what is listed.

use crate::tenant::json::Json;
use crate::tenant::message::Response;
use crate::tenant::query::{Parameter, Reader, page};

/// The page's size when none is asked for (recorded for bindings, documented
/// for the others).
const DEFAULT_PER_PAGE: u64 = 20;

pub(super) const PAGE: Parameter =
    Parameter("page", "Use this field to request a specific page of the list results.");
pub(super) const PER_PAGE: Parameter = Parameter(
    "per_page",
    "The maximum number of results to be returned by the server in a single response. 20 by default.",
);

const PAGES: [Parameter; 2] = [PAGE, PER_PAGE];

/// Which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Page {
    number: u64,
    size: u64,
}

impl Page {
    /// From a query that may hold nothing else.
    pub(super) fn parse(query: &str) -> Result<Self, Response> {
        let mut reader = Reader::new(query, &PAGES);
        let page = Self::read(&mut reader);
        reader.finish().map(|()| page)
    }

    /// From a query that holds other things, too.
    pub(super) fn read(reader: &mut Reader) -> Self {
        let number = reader.integer("page", u64::from(u32::MAX)).unwrap_or(0);
        // Zero is taken as "not said" (assumed).
        let size = reader.integer("per_page", 100).filter(|&size| size > 0);
        Self { number, size: size.unwrap_or(DEFAULT_PER_PAGE) }
    }

    /// The answer: the list, then `total`, `page` and `per_page`. Past the end
    /// there is no `total` either (recorded).
    pub(super) fn answer<T>(
        self,
        key: &str,
        items: impl Iterator<Item = T>,
        shown: impl FnMut(T) -> Json,
    ) -> Response {
        self.listed(key, items, shown, false)
    }

    /// The answer of a list that shows its zeros (recorded for modules).
    pub(super) fn answer_with_zeros<T>(
        self,
        key: &str,
        items: impl Iterator<Item = T>,
        shown: impl FnMut(T) -> Json,
    ) -> Response {
        self.listed(key, items, shown, true)
    }

    fn listed<T>(
        self,
        key: &str,
        items: impl Iterator<Item = T>,
        shown: impl FnMut(T) -> Json,
        zeros: bool,
    ) -> Response {
        let items: Vec<T> = items.collect();
        let total = items.len() as u64;
        let page: Vec<Json> = page(items.into_iter(), self.number, self.size).map(shown).collect();
        let total = if page.is_empty() && !zeros { 0 } else { total };
        let numbers = [("total", total), ("page", self.number), ("per_page", self.size)];
        let numbers = numbers.into_iter().filter(|(_, number)| zeros || *number > 0);
        let numbers = numbers.map(|(key, number)| (key, Json::from(number)));
        let fields = std::iter::once((key, Json::Array(page))).chain(numbers);
        Response::json(200, &fields.collect::<Json>())
    }
}
