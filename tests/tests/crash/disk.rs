//! The disk fails: it does not confirm, it is full, it cannot be written.

use std::collections::BTreeMap;
use std::time::Duration;

use flowright_faultfs::FaultFs;
use flowright_runtime::dispatch::{DispatchError, StoreError};
use flowright_runtime::outbox::{Address, Addresses};
use flowright_runtime::store::{Durability, verify};
use flowright_tests::{Fresh, bundle_of_text};

use crate::bot::{BOT, message, serve, serve_to};
use crate::desk::Desk;

/// A sync that failed proves that nothing is known: nothing is acknowledged from then on, not even
/// when later syncs would succeed, until the process reads anew what is there.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_does_not_confirm_stops_the_store() {
    let fs = FaultFs::register("unsynced");
    let store = Fresh::new("store.sqlite");
    let bundle = bundle_of_text(BOT);
    let server = serve(&bundle, &store, Some("unsynced"), Durability::Full).await;
    let dispatch = server.dispatch();
    let first = dispatch.message("s", message(0)).await.unwrap();
    fs.fail_syncs(true);
    let refused = dispatch.message("s", message(1)).await.unwrap_err();
    assert!(matches!(refused, DispatchError::Store(StoreError::Stopped(_))), "{refused}");
    fs.fail_syncs(false);
    for session in ["s", "t"] {
        let refused = dispatch.message(session, message(1)).await.unwrap_err();
        assert!(matches!(refused, DispatchError::Store(StoreError::Stopped(_))), "{refused}");
    }
    // What is there can be read.
    let again = dispatch.message("s", message(0)).await.unwrap();
    assert_eq!((again.repeated, &again.replies), (true, &first.replies));
    assert!(dispatch.ready().await.is_err());
    server.stop().await;
    let server = serve(&bundle, &store, Some("unsynced"), Durability::Full).await;
    let dispatch = server.dispatch();
    let again = dispatch.message("s", message(0)).await.unwrap();
    assert_eq!((again.repeated, again.replies), (true, first.replies));
    // It may be there: it was written, and not confirmed. It is carried out once in any case.
    let second = dispatch.message("s", message(1)).await.unwrap();
    assert_eq!(second.replies[0].reply.text, "Where to?");
    assert_eq!(dispatch.session("s").await.unwrap().unwrap().0.turn, 2);
    server.stop().await;
    assert!(verify(&store).unwrap().is_whole());
}

/// A disk that is full, or cannot be written for a while, refuses; it goes on by itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_cannot_be_written_refuses_and_goes_on() {
    type Fault = fn(FaultFs, bool);
    let faults: [(&str, Fault); 2] =
        [("full", |fs, on| fs.fill(on)), ("unwritable", |fs, on| fs.fail_writes(on))];
    for (name, fault) in faults {
        let fs = FaultFs::register(name);
        let store = Fresh::new("store.sqlite");
        let bundle = bundle_of_text(BOT);
        let server = serve(&bundle, &store, Some(name), Durability::Full).await;
        let dispatch = server.dispatch();
        let first = dispatch.message("s", message(0)).await.unwrap();
        fault(fs, true);
        for _ in 0..3 {
            let refused = dispatch.message("s", message(1)).await.unwrap_err();
            let found = match &refused {
                DispatchError::Store(StoreError::Full(_)) => "full",
                DispatchError::Store(StoreError::Failed(_)) => "unwritable",
                _ => "neither",
            };
            assert_eq!(found, name, "{refused}");
            let again = dispatch.message("s", message(0)).await.unwrap();
            assert_eq!((again.repeated, &again.replies), (true, &first.replies));
        }
        fault(fs, false);
        let second = dispatch.message("s", message(1)).await.unwrap();
        assert_eq!((second.repeated, second.turn), (false, 2));
        assert_eq!(second.replies[0].reply.text, "Where to?");
        server.stop().await;
        assert!(verify(&store).unwrap().is_whole());
    }
}

/// That something was taken cannot be kept any more: it is not sent again and again for that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_stopped_sends_nothing_again_and_again() {
    let fs = FaultFs::register("sent");
    let (store, desk) = (Fresh::new("store.sqlite"), Desk::start());
    desk.dawdle(Duration::from_millis(300));
    let address = Address::new(format!("{}/replies", desk.url).parse().unwrap());
    let replies = BTreeMap::from([("api".to_owned(), address)]);
    let deliver = Addresses { replies, ..Addresses::default() };
    let bundle = bundle_of_text(BOT);
    let server = serve_to(&bundle, &store, Some("sent"), Durability::Full, deliver).await;
    server.dispatch().message("s", message(0)).await.unwrap();
    let mut sent = 0;
    while sent == 0 {
        sent = desk.take().1.len();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    fs.fail_syncs(true);
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(sent + desk.take().1.len(), 1, "it was sent again");
    server.stop().await;
}
