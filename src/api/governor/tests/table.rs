//! The figures of `docs/governor.md`, printed: `GOVERNOR_CELLS= cargo test
//! --release governor::tests::table -- --nocapture` prints all of them, and with
//! words between commas those whose line has each. Every test run measures a few,
//! so that the table can be trusted to work.

use super::grid::{Verdict, cell, headroom, judge, plans};
use super::world::{Cell, Headers, Manner, Plan};

/// Auth0's buckets, and others: nothing must be fitted to the former.
fn buckets() -> Vec<Plan> {
    let mut all = plans();
    for (name, size, rate, window) in [
        ("1@1/s", 1.0, 1.0, 1.0),
        ("2@1/s", 2.0, 1.0, 1.0),
        ("2@30/min", 2.0, 0.5, 2.0),
        ("2@4/s", 2.0, 4.0, 1.0),
        ("3@1/s", 3.0, 1.0, 1.0),
        ("3@3/s", 3.0, 3.0, 1.0),
        ("5@1/4s", 5.0, 0.25, 4.0),
        ("4@2/s", 4.0, 2.0, 1.0),
        ("6@90/min", 6.0, 1.5, 1.0),
        ("7@3/s", 7.0, 3.0, 1.0),
        ("20@20/s", 20.0, 20.0, 1.0),
        ("37@11/s", 37.0, 11.0, 1.0),
        ("60@60/s", 60.0, 60.0, 1.0),
        ("100@4/s", 100.0, 4.0, 1.0),
        ("120@50/s", 120.0, 50.0, 1.0),
    ] {
        all.push(Plan { name, size, rate, window: None });
        all.push(Plan { name, size, rate, window: Some(window) });
    }
    // A window that yields less than the rate says: whatever is beyond the
    // size is lost.
    let name = "10@10/min";
    all.push(Plan { name, size: 10.0, rate: 10.0 / 60.0, window: Some(60.0) });
    all
}

/// The worst and the mean of a group of cells.
#[derive(Debug, Default, Clone, Copy)]
struct Sum {
    cells: usize,
    failed: usize,
    slower: f64,
    slower_mean: f64,
    refused: f64,
    refused_mean: f64,
    below: f64,
}

impl Sum {
    fn of(cells: &[Cell]) -> Self {
        let mut sum = Self::default();
        for cell in cells {
            let Verdict { slower, refused, below, failed } = judge(cell);
            sum.cells += 1;
            sum.failed += usize::from(failed);
            sum.slower = sum.slower.max(slower);
            sum.slower_mean += slower;
            sum.refused = sum.refused.max(refused);
            sum.refused_mean += refused;
            sum.below = sum.below.max(below);
        }
        let count = sum.cells.max(1) as f64;
        sum.slower_mean /= count;
        sum.refused_mean /= count;
        sum
    }
}

/// The company that a bucket is measured in.
fn groups(plan: Plan, latency: f64) -> Vec<(&'static str, Vec<Cell>)> {
    let base = cell(plan, latency);
    let beyond = base.requests as f64 - (plan.size - headroom(&base));
    let part = |rival: f64| {
        let requests = plan.size + (beyond * (1.0 - rival)).max(20.0);
        Cell { rival, requests: requests as usize, ..base }
    };
    let each = |one: Cell| -> Vec<Cell> {
        let mut cells = Vec::new();
        for seed in 1..=5 {
            for told in [Headers::Always, Headers::OnlySuccess] {
                let headers = if one.headers == Headers::Never { one.headers } else { told };
                cells.push(Cell { seed, headers, retry_after: seed % 2 == 0, ..one });
            }
        }
        cells
    };
    let manner = |rival: f64, manner: Manner| each(Cell { manner, ..part(rival) });
    let four = |apart: f64| {
        each(Cell { processes: 4, requests: (base.requests / 4).max(15), apart, ..base })
    };
    vec![
        ("alone", each(base)),
        ("alone, overtaking", each(Cell { spread: 1.0, ..base })),
        ("alone, from empty", each(Cell { start: 0.0, ..base })),
        ("alone, from third", each(Cell { start: 0.3, ..base })),
        ("alone, from one", each(Cell { start: 1.2 / base.plan.size, ..base })),
        ("30 % even", manner(0.3, Manner::Even)),
        ("80 % even", manner(0.8, Manner::Even)),
        ("30 % random", manner(0.3, Manner::Random)),
        ("80 % random", manner(0.8, Manner::Random)),
        ("30 % greedy", manner(0.3, Manner::Greedy)),
        ("80 % greedy", manner(0.8, Manner::Greedy)),
        ("four", four(0.0)),
        ("four, 0.3 s apart", four(0.3)),
        ("no headers", each(Cell { headers: Headers::Never, ..base })),
    ]
}

#[test]
fn figures() {
    let wanted = std::env::var("GOVERNOR_CELLS").unwrap_or("50@16/s,0.02 s".into());
    let mut work = Vec::new();
    for plan in buckets() {
        for latency in [0.02, 0.12, 0.8] {
            for (name, cells) in groups(plan, latency) {
                let manner = if plan.window.is_some() { "windows" } else { "continuous" };
                let title = format!("{:<10} {manner:<10} {latency:>4} s  {name:<18}", plan.name);
                if wanted.split(',').all(|word| title.contains(word)) {
                    work.push((title, cells));
                }
            }
        }
    }
    let next = std::sync::atomic::AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let mut sums: Vec<(usize, Sum)> = std::thread::scope(|scope| {
        let worker = || {
            let mut sums = Vec::new();
            loop {
                let number = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let Some((_, cells)) = work.get(number) else { return sums };
                sums.push((number, Sum::of(cells)));
            }
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    sums.sort_by_key(|(number, _)| *number);
    assert!(!sums.is_empty(), "no line has all of {wanted}");
    for (number, sum) in sums {
        let Sum { slower, slower_mean, refused, refused_mean, below, failed, .. } = sum;
        let (refused, refused_mean) = (100.0 * refused, 100.0 * refused_mean);
        let title = &work[number].0;
        println!(
            "{title}  {slower:>6.3} {slower_mean:>6.3}  {refused:>5.1} {refused_mean:>5.1} %  \
             {below:>5.1} below  {failed} failed"
        );
        assert!(failed == 0 || !title.contains("alone"), "not ended: {title}");
    }
}
