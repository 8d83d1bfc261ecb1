//! What the server is to do with a response: deliver it, or spoil it.
//!
//! Main type: [`Answer`]. Must not spoil anything itself but the response.

use super::lab::fault::{Commit, Effect};
use super::message::{Response, refusal};

/// A response and how it is to be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What is answered. Where the delivery keeps it from the client, this is
    /// what the client would have got.
    pub response: Response,
    /// How it is delivered.
    pub delivery: Delivery,
    /// How long the answer is held back, in milliseconds.
    pub delay_ms: u64,
    /// Whether the request was carried out, or refused by the service.
    pub handled: bool,
    /// What went wrong on purpose.
    pub faults: Vec<Effect>,
}

/// How a response is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// As it should be.
    Whole,
    /// The connection is reset instead.
    Reset,
    /// Nothing is sent until the tenant stops or the client goes away.
    Hang,
    /// The connection ends in the middle of the body.
    Cut,
    /// The body takes this many milliseconds.
    Slow(u64),
}

impl Answer {
    /// A response to be delivered as it is.
    #[must_use]
    pub fn whole(response: Response) -> Self {
        let delivery = Delivery::Whole;
        Self { response, delivery, delay_ms: 0, handled: true, faults: Vec::new() }
    }

    /// Whether a fault keeps a request from being carried out.
    pub(super) fn prevents(effect: Effect) -> bool {
        matches!(
            effect,
            Effect::Reset(Commit::Before)
                | Effect::Hang(Commit::Before)
                | Effect::Status(_, Commit::Before)
                | Effect::Html(_, Commit::Before)
                | Effect::Throttle
        )
    }

    /// Spoils the answer by one more fault.
    pub(super) fn spoil(&mut self, effect: Effect) {
        match effect {
            Effect::Reset(_) => self.delivery = Delivery::Reset,
            Effect::Hang(_) => self.delivery = Delivery::Hang,
            Effect::Cut => self.delivery = Delivery::Cut,
            Effect::Slow(ms) => self.delivery = Delivery::Slow(ms),
            Effect::Delay(ms) => self.delay_ms = self.delay_ms.saturating_add(ms),
            Effect::Status(status, _) => self.response = failure(status),
            Effect::Html(status, _) => self.response = page(status),
            Effect::Truncate => self.response.body.truncate(self.response.body.len() / 2),
            Effect::Throttle | Effect::ExpireTokens | Effect::Drain(_) | Effect::Edit(_) => {}
        }
        self.faults.push(effect);
    }
}

/// The service's own words for these aren't recorded.
fn failure(status: u16) -> Response {
    let message = match status {
        500 => "An internal server error occurred",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Injected fault",
    };
    refusal(status, message, None)
}

/// What a proxy in between says.
fn page(status: u16) -> Response {
    let body = format!(
        "<html>\r\n<head><title>{status}</title></head>\r\n<body>\r\n<center><h1>{status}</h1>\
         </center>\r\n<hr><center>proxy</center>\r\n</body>\r\n</html>\r\n"
    );
    let headers = vec![("content-type", "text/html".to_owned())];
    Response { status, headers, body: body.into_bytes() }
}
