//! When the next request to a bucket may go, by all that is believed of it.
//!
//! Must not learn anything.

use super::super::Next;
use super::super::company::Company;
use super::super::steady::Through;
use super::{Anchor, Bucket};

/// Seconds between requests that are to show how the bucket fills: three of
/// them fit into the shortest window.
const PROBE: f64 = 0.3;

/// What the anchor comes to now.
#[derive(Debug, Clone, Copy)]
struct View {
    anchor: Anchor,
    headroom: f64,
    /// What the bucket holds above it.
    room: f64,
    /// What comes in a second, as far as it is known.
    rate: f64,
    /// What is kept for how far away the tenant is.
    far: f64,
    /// What is under way will take, or what can't come in meanwhile.
    spoken_for: f64,
}

impl Bucket {
    /// When the next request may go.
    pub(in super::super) fn next(&mut self, now: f64) -> Next {
        if !self.answered && !self.traffic.is_empty() {
            return Next::AfterAnswer;
        }
        self.steady.due(now, now);
        let by_headers = self.anchor.map(|anchor| {
            let next = self.by_headers(anchor, now);
            match self.steady_slot(anchor, now) {
                Some(slot) if slot <= now => {
                    self.steady.due(slot, now);
                    Next::Now
                }
                Some(slot) if next != Next::Now => Next::At(slot),
                _ => next,
            }
        });
        if by_headers.is_some() && !self.hidden.is_found() {
            return by_headers.unwrap_or(Next::Now);
        }
        let blind = self.blind.ready_at(now);
        match by_headers {
            None | Some(Next::Now) if blind <= now => Next::Now,
            None | Some(Next::Now) => Next::At(blind),
            Some(Next::At(at)) => Next::At(at.max(blind)),
            Some(Next::AfterAnswer) => Next::AfterAnswer,
        }
    }

    fn by_headers(&self, anchor: Anchor, now: f64) -> Next {
        if let Some(pace) = &self.pace {
            let full = self.traffic.count() >= anchor.limit;
            return if full { Next::AfterAnswer } else { at_or_now(pace.ready_at(), now) };
        }
        let view = self.view(anchor);
        let missing = self.missing(&view, now);
        if let Some(company) = &self.company {
            self.in_company(company, &view, missing, now)
        } else if missing <= 0.0 {
            self.with_enough(&view, missing, now)
        } else {
            self.with_too_little(&view, missing, now)
        }
    }

    fn view(&self, anchor: Anchor) -> View {
        let headroom = self.headroom.of(anchor.limit);
        let room = anchor.limit - headroom;
        let rate = self.refill.rate().unwrap_or(0.0);
        // What is reckoned over a long way there is less sure; but where one
        // second fills the bucket, keeping more of it would cost the rate.
        let far = 0.2 * self.traffic.rtt() * rate;
        let far = if room < 2.0 * rate { 0.0 } else { far.min(room / 5.0) };
        // Less than half a request is none, where the next comes in much later.
        let whole = !self.refill.is_smooth() && self.refill.window() > 2.0;
        let far = if whole && far < 0.5 { 0.0 } else { far };
        let lost = if self.refill.is_smooth() {
            self.traffic.lost_on_the_way(anchor.limit, anchor.remaining, anchor.sent, rate)
        } else {
            0.0
        };
        View { anchor, headroom, room, rate, far, spoken_for: self.traffic.count() + lost }
    }

    /// How much has to come in before another request may go at `at`.
    fn missing(&self, view: &View, at: f64) -> f64 {
        // The older an answer, the less is sure of what others have done since.
        let most =
            if self.company.is_some() { (0.15 * view.room).max(1.2) } else { 0.6 * view.room };
        let margin = self.refill.margin(at - view.anchor.sent).min(most) + view.far;
        let margin = margin + self.refill.theirs(at);
        let wanted = view.headroom + 1.0 + margin.min(view.room - 1.0);
        wanted + view.spoken_for - view.anchor.remaining
    }

    /// When so much has come in for sure.
    fn time_of(&self, view: &View, missing: f64) -> f64 {
        self.refill.time_of(missing, view.anchor.sent, self.traffic.jitter())
    }

    fn in_company(&self, company: &Company, view: &View, missing: f64, now: f64) -> Next {
        let View { anchor, .. } = *view;
        let level = self.level(anchor.limit, anchor.remaining - self.traffic.count());
        let slot = self.traffic.last_sent() + company.gap(level);
        if company.is_blind(level, self.traffic.rtt()) {
            return at_or_now(slot, now);
        }
        let missing = 1.0 - level.remaining + company.kept(missing - 1.0 + level.remaining);
        let enough = match missing <= 0.0 {
            true => now,
            false => self.time_of(view, missing) + company.astray(level),
        };
        let patience = if anchor.remaining >= 2.0 { 3.0 } else { 6.0 };
        let patience = (patience / company.rate()).min(1.0 / level.slowest);
        let news = anchor.sent + patience + 2.0 * self.traffic.rtt();
        at_or_now(slot.max(enough.min(news)), now)
    }

    /// There is enough; but others may see the same and be about to take it.
    fn with_enough(&self, view: &View, missing: f64, now: f64) -> Next {
        let View { anchor, headroom, room, rate, .. } = *view;
        let last_sent = self.traffic.last_sent();
        // The last ones are spread: what comes in meanwhile shows whether the
        // bucket fills all the time.
        let spread = last_sent + PROBE;
        if missing > -2.0 && room >= 8.0 && self.refill.is_unknown() && spread > now {
            return Next::At(spread);
        }
        let Some((oldest, count)) = self.traffic.fresh(now) else { return Next::Now };
        let overdue = |sent: f64| Next::At(sent + self.traffic.overdue());
        if self.burst.is_part_sent(now, last_sent) {
            return overdue(last_sent);
        }
        // What comes in during one round trip is nobody else's.
        let gained = (1.5 * rate * self.traffic.rtt()).min(room / 4.0);
        match count >= self.burst.most(anchor.remaining - headroom, gained) {
            true => overdue(oldest),
            false => Next::Now,
        }
    }

    fn with_too_little(&self, view: &View, missing: f64, now: f64) -> Next {
        let View { anchor, headroom, .. } = *view;
        // A refill of a whole window fills the bucket at most: nothing beyond
        // that can be counted on before an answer says so.
        if !self.refill.is_smooth() && headroom + 1.0 + self.traffic.count() > anchor.limit {
            return Next::AfterAnswer;
        }
        let mut at = self.time_of(view, missing);
        for _ in 0..4 {
            at = self.time_of(view, self.missing(view, at.max(now)));
        }
        if !self.traffic.is_empty() {
            return at_or_now(at, now);
        }
        // Where others take everything, no answer ever shows a gain: after a
        // while one request asks how things stand.
        at_or_now(at.min(anchor.sent + self.refill.patience(anchor.remaining)), now)
    }

    /// When the next request may go by what gets through lately, if the bucket
    /// alone can't tell.
    fn steady_slot(&self, anchor: Anchor, now: f64) -> Option<f64> {
        let (rtt, jitter) = (self.traffic.rtt(), self.traffic.jitter());
        let begun = self.burst.is_over() && self.pace.is_none() && self.company.is_none();
        let flow = self.refill.flow().filter(|_| begun && now - anchor.sent < 2.0 * rtt)?;
        let headroom = self.headroom.of(anchor.limit);
        let (left, room) = (anchor.remaining - headroom, anchor.limit - headroom);
        let (smooth, apart) = (self.refill.is_smooth(), 4.0 * jitter);
        self.steady.slot(Through { flow, left, room, smooth, rtt, apart })
    }
}

fn at_or_now(at: f64, now: f64) -> Next {
    if at <= now { Next::Now } else { Next::At(at) }
}
