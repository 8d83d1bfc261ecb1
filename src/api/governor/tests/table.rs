//! The figures of `docs/governor.md`: `GOVERNOR_TABLE=write cargo test
//! governor::tests::table` writes them, and every run holds some of them
//! against the code.

use super::cell::*;

/// Auth0's buckets, and others: nothing is fitted to the former.
fn buckets() -> Vec<Plan> {
    let mut plans = Vec::new();
    for (size, rate, window) in [
        (2.0, 2.0, 1.0),
        (7.0, 3.0, 1.0),
        (10.0, 2.0, 1.0),
        (10.0, 2.5, 4.0),
        (20.0, 20.0, 1.0),
        (30.0, 8.0, 3.75),
        (37.0, 11.0, 1.0),
        (50.0, 16.0, 1.0),
        (50.0, 50.0, 1.0),
        (250.0, 250.0, 1.0),
    ] {
        plans.extend([continuous(size, rate), windows(size, rate, window)]);
    }
    plans
}

const HEAD: [&str; 10] = [
    "bucket",
    "alone",
    "two",
    "four",
    "eight",
    "four, 10 each",
    "even rival 30 %",
    "80 %",
    "random rival 30 %",
    "80 %",
];

fn cells(plan: Plan) -> Vec<Cell> {
    let ten = Cell { requests: 10, ..together(plan, 4) };
    vec![
        alone(plan),
        together(plan, 2),
        together(plan, 4),
        together(plan, 8),
        ten,
        beside(plan, 0.3, Manner::Even),
        beside(plan, 0.8, Manner::Even),
        beside(plan, 0.3, Manner::Random),
        beside(plan, 0.8, Manner::Random),
    ]
}

fn row(plan: Plan) -> String {
    let figures = cells(plan).into_iter().map(|cell| {
        if left(&cell) <= 0.0 {
            return "-".to_owned();
        }
        let Sum { slower, slowest, refused, .. } = sum(cell, 8);
        format!("{slower:.2}, {slowest:.2}, {:.0} %", 100.0 * refused)
    });
    let name = match plan.window {
        Some(window) => format!("{} at {}/s, w {window} s", plan.size, plan.rate),
        None => format!("{} at {}/s", plan.size, plan.rate),
    };
    format!("| {name} | {} |", figures.collect::<Vec<_>>().join(" | "))
}

/// The figures of a row.
fn figures(row: &str) -> Vec<f64> {
    let cells = row.split('|').skip(2).flat_map(|cell| cell.split([',', ' ']));
    cells.filter_map(|figure| figure.parse().ok()).collect()
}

#[test]
fn the_figures_of_the_page_are_those_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/governor.md");
    let page = std::fs::read_to_string(path).unwrap();
    let (before, rest) = page.split_once("<!-- simulated -->").unwrap();
    let (table, after) = rest.split_once("<!-- end -->").unwrap();
    if std::env::var_os("GOVERNOR_TABLE").is_some() {
        let line = format!("|---|{}", "---|".repeat(HEAD.len() - 1));
        let rows: Vec<String> = buckets().into_iter().map(row).collect();
        let table = format!("| {} |\n{line}\n{}", HEAD.join(" | "), rows.join("\n"));
        let page = format!("{before}<!-- simulated -->\n\n{table}\n\n<!-- end -->{after}");
        std::fs::write(path, page).unwrap();
        return;
    }
    // A few are enough to notice that the law has changed.
    for plan in [continuous(10.0, 2.0), continuous(30.0, 8.0), windows(10.0, 2.0, 1.0)] {
        let now = row(plan);
        let name = now.split('|').nth(1).unwrap();
        let reported = table.lines().find(|line| line.split('|').nth(1) == Some(name)).unwrap();
        let (now, reported) = (figures(&now), figures(reported));
        assert_eq!(now.len(), reported.len(), "{name}");
        // Other systems round otherwise, and then chance takes another course.
        let near = now.iter().zip(&reported).enumerate().all(|(number, (now, reported))| {
            let most = if number % 3 == 2 { 4.0 } else { 0.3 };
            (now - reported).abs() <= most
        });
        assert!(near, "{name}: the page says {reported:?}, the code {now:?}; see above");
    }
}
