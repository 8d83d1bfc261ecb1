//! Drafts and versions that are waited for, several at once.

use super::*;
use crate::model::Id;

/// Waits for several things on one list, begun at these times, and gives when each
/// was seen and how many requests it took. Each is there 250 ms after its write.
async fn waits(
    starts: [u64; 3],
    shown: fn(usize, bool) -> Value,
    wait: impl AsyncFn(&Writer, &Seen, usize),
) -> (Vec<u128>, usize) {
    let begun = tokio::time::Instant::now();
    let bench = Bench::new(move |_| {
        let now = begun.elapsed();
        let all = starts.iter().enumerate();
        let all = all.map(|(at, start)| shown(at, now >= Duration::from_millis(start + 250)));
        reply(200, json!({"actions": all.collect::<Vec<_>>(), "total": starts.len()}))
    });
    let (writer, seen) = (bench.session.writer(), Seen::default());
    let (writer, seen, wait) = (&writer, &seen, &wait);
    let all = starts.iter().enumerate().map(|(at, start)| async move {
        tokio::time::sleep(Duration::from_millis(*start)).await;
        wait(writer, seen, at).await;
        begun.elapsed().as_millis()
    });
    (futures_util::future::join_all(all).await, bench.lines().len())
}

/// The second and the third write follow so closely that the first look, at 300 ms,
/// comes too early for them; the next one need not be two seconds away.
#[tokio::test(start_paused = true)]
async fn a_look_that_came_early_for_a_draft_is_made_up_for_soon() {
    let draft = |at: usize, there: bool| {
        let status = if there { "built" } else { "building" };
        json!({"id": at.to_string(), "name": "a", "status": status})
    };
    let (ended, requests) = waits([0, 80, 150], draft, async |writer, seen, at| {
        let id = Id::new(at.to_string());
        let (built, _) = writer.wait_for_build(&id, seen, Urgency::Begin).await.unwrap();
        assert!(matches!(built, Built::Ready(_)));
    })
    .await;
    assert_eq!((ended.as_slice(), requests), ([320, 700, 750].as_slice(), 2));
}

#[tokio::test(start_paused = true)]
async fn and_for_a_version_that_was_deployed() {
    let version = |at: usize, there: bool| {
        let deployed = json!({"id": format!("v{at}"), "deployed": there, "number": 1});
        json!({"id": at.to_string(), "name": "a", "status": "built", "deployed_version": deployed})
    };
    let (ended, requests) = waits([0, 80, 150], version, async |writer, seen, at| {
        let (id, version) = (Id::new(at.to_string()), Id::new(format!("v{at}")));
        let seen = writer.wait_for_traffic(&id, &version, seen, Urgency::Begin).await;
        assert!(seen.is_some());
    })
    .await;
    assert_eq!((ended.as_slice(), requests), ([320, 700, 750].as_slice(), 2));
}

/// What never comes is looked at four times, over some seconds.
#[tokio::test(start_paused = true)]
async fn a_version_that_is_never_in_traffic_is_waited_for_some_seconds() {
    let never = |at: usize, _| {
        let deployed = json!({"id": "v", "deployed": false, "number": 1});
        json!({"id": at.to_string(), "name": "a", "status": "built", "deployed_version": deployed})
    };
    let (ended, requests) = waits([0, 80, 150], never, async |writer, seen, at| {
        let id = Id::new(at.to_string());
        let seen = writer.wait_for_traffic(&id, &Id::new("v"), seen, Urgency::Begin).await;
        assert!(seen.is_none());
    })
    .await;
    assert!(ended.iter().all(|ended| (6300..7000).contains(ended)), "{ended:?}");
    assert!(requests <= 8, "{requests}");
}
