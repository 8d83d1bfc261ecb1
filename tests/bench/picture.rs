//! A run as a picture: the bucket's level over time, and who took from it.

use std::fmt::Write;

use crate::tenant::{Limit, Taken};

const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 260.0;
const LEFT: f64 = 44.0;
const TOP: f64 = 40.0;

/// Draws a run as SVG that reads well on light and on dark pages.
pub(crate) fn draw(limit: &Limit, headroom: f64, log: &[Taken]) -> String {
    let end = log.last().map_or(1.0, |taken| taken.at).max(1.0);
    let x = |at: f64| LEFT + at / end * WIDTH;
    let y = |level: f64| TOP + (1.0 - level / limit.size) * HEIGHT;
    let mut svg = String::new();
    // Writing to a string can't fail.
    let _ = write!(
        svg,
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" font-family="sans-serif" font-size="12" role="img" aria-label="Bucket level and requests over time">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="{LEFT}" y="20" font-size="14" fill="#222222">Bucket of {}: level over time, one process beside a client that takes 30 %</text>
"##,
        WIDTH + LEFT + 20.0,
        HEIGHT + TOP + 90.0,
        limit.name,
    );
    for step in 0..=5 {
        let level = limit.size * f64::from(step) / 5.0;
        let _ = writeln!(
            svg,
            r##"<path d="M{LEFT} {0:.1}h{WIDTH}" stroke="#dddddd"/><text x="{1}" y="{2:.1}" text-anchor="end" fill="#555555">{level:.0}</text>"##,
            y(level),
            LEFT - 6.0,
            y(level) + 4.0,
        );
    }
    let _ = writeln!(
        svg,
        r##"<rect x="{LEFT}" y="{:.1}" width="{WIDTH}" height="{:.1}" fill="#f4b942" opacity="0.25"/><text x="{}" y="{:.1}" fill="#8a5a00">kept for others (20 %)</text>"##,
        y(headroom),
        y(0.0) - y(headroom),
        LEFT + 8.0,
        y(headroom) + 16.0,
    );
    let mut path = format!("M{:.1} {:.1}", x(0.0), y(limit.size));
    let mut before = (0.0, limit.size);
    for taken in log.iter().filter(|taken| taken.ok) {
        // Up to what it was just before, then down by one.
        let full = before.1 + 1.0 >= limit.size && taken.level + 1.0 >= limit.size;
        let _ = write!(path, "L{:.1} {:.1}", x(taken.at), y(taken.level + 1.0));
        let _ = write!(path, "L{:.1} {:.1}", x(taken.at), y(taken.level));
        before = (taken.at, if full { limit.size } else { taken.level });
    }
    let _ = writeln!(
        svg,
        r##"<path d="{path}" fill="none" stroke="#1f6feb" stroke-width="1.3" stroke-linejoin="round"/>"##
    );
    let rows = [(true, "ours", "#1f6feb", 22.0), (false, "theirs", "#8250df", 42.0)];
    for (ours, name, colour, down) in rows {
        let row = TOP + HEIGHT + down;
        let _ = writeln!(
            svg,
            r##"<text x="{}" y="{:.1}" text-anchor="end" fill="{colour}">{name}</text>"##,
            LEFT - 4.0,
            row + 8.0,
        );
        for taken in log.iter().filter(|taken| taken.ours == ours) {
            let colour = if taken.ok { colour } else { "#cf222e" };
            let _ =
                write!(svg, r##"<path d="M{:.1} {row:.1}v10" stroke="{colour}"/>"##, x(taken.at));
        }
        svg.push('\n');
    }
    for second in (0..=end as u32).step_by(2) {
        let _ = writeln!(
            svg,
            r##"<text x="{:.1}" y="{:.1}" text-anchor="middle" fill="#555555">{second} s</text>"##,
            x(f64::from(second)),
            TOP + HEIGHT + 76.0,
        );
    }
    svg.push_str("</svg>\n");
    svg
}
