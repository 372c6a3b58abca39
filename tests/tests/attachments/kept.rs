//! What is left when something stops the server, when nobody sends what was handed over, when the disk is
//! touched; and where files go when two conversations become one.

use std::time::Duration;

use flowright_access::v1::proof::Kind;
use flowright_access::v1::{Envelope, Identity, Proof};
use flowright_runtime::clock::{Clock as _, WallClock};
use serde_json::json;

use super::{PDF, fetch, files, names, on_disk, send, taken, upload, world};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_there_after_a_restart() {
    let world = world().await;
    let id = taken(&world, "bill.pdf", PDF).await;
    let loose = taken(&world, "loose.pdf", PDF).await;
    send(&world, "s", "1", "echo", &[&id]).await;
    let world = world.restart().await;
    assert_eq!(fetch(&world, &id).await.2, PDF);
    assert_eq!(names(&world, "s").await, ["bill.pdf"]);
    // What was only handed over may be sent now.
    assert_eq!(send(&world, "s", "2", "hello", &[&loose]).await.0, 200);
    assert_eq!(names(&world, "s").await, ["bill.pdf", "loose.pdf"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_sends_goes_after_a_day_and_what_was_sent_stays() {
    let world = world().await;
    let sent = taken(&world, "sent.pdf", PDF).await;
    let loose = taken(&world, "loose.pdf", PDF).await;
    send(&world, "s", "1", "echo", &[&sent]).await;
    // Bytes that nothing is known of: the server was killed between them and their row.
    let orphan = on_disk(&world, "00112233445566778899aabbccddeeff");
    let part = orphan.with_extension("part");
    let young = on_disk(&world, "00ffffffffffffffffffffffffffffff");
    std::fs::create_dir_all(orphan.parent().unwrap()).unwrap();
    for path in [&orphan, &part, &young] {
        std::fs::write(path, b"x").unwrap();
    }
    let two_days_ago = std::time::SystemTime::UNIX_EPOCH
        + Duration::from_millis(u64::try_from(WallClock.now_ms()).unwrap() - 2 * 86_400_000);
    for path in [&orphan, &part] {
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(two_days_ago).unwrap();
    }
    world.clock.advance_ms(23 * 3_600_000);
    let world = world.restart().await;
    assert_eq!(fetch(&world, &loose).await.0, 200, "not yet");
    world.clock.advance_ms(2 * 3_600_000);
    let gone = async || !on_disk(&world, &loose).exists() && !orphan.exists() && !part.exists();
    for _ in 0..500 {
        if gone().await {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(gone().await, "{:?}", files(&world));
    assert_eq!(fetch(&world, &loose).await.0, 404);
    assert_eq!(fetch(&world, &sent).await.2, PDF);
    assert!(young.exists(), "it may be on its way");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_are_not_there_are_damage_and_no_end_of_the_conversation() {
    let world = world().await;
    let id = taken(&world, "bill.pdf", PDF).await;
    send(&world, "s", "1", "echo", &[&id]).await;
    std::fs::remove_file(on_disk(&world, &id)).unwrap();
    let (status, _, body) = fetch(&world, &id).await;
    let problem: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((status, &problem["code"]), (500, &json!("R0304")), "{problem}");
    assert_eq!(send(&world, "s", "2", "hello", &[]).await.0, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_cannot_be_written_refuses_files_and_nothing_else() {
    let world = world().await;
    let folder = flowright_runtime::attachments::Folder::beside(&world.store);
    // Not even root makes folders in a file.
    std::fs::write(folder.path(), b"in the way").unwrap();
    let (status, problem) = upload(&world, "a.pdf", PDF).await;
    assert_eq!(status, 500, "{problem}");
    assert!(!problem.to_string().contains("store.sqlite"), "{problem}");
    assert_eq!(send(&world, "s", "1", "echo", &[]).await.0, 200);
    std::fs::remove_file(folder.path()).unwrap();
    assert_eq!(upload(&world, "a.pdf", PDF).await.0, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_follow_into_the_conversation_of_a_customer_who_is_recognised() {
    let text = flowright_tests::ECHO.replace("skill s", "customer { id: text }\nskill s");
    let bundle = flowright_tests::bundle_of_text(&text);
    let world = flowright_tests::World::start_bundle(bundle, |options| options).await;
    let say = async |sender: &str, id: &str, files: &[&str], is_known: bool| {
        let from = Identity {
            channel: "api".to_owned(),
            address: sender.to_owned(),
            ..Identity::default()
        };
        let proof = Proof { kind: Some(Kind::VouchedProfile(json!({ "id": "C-1" }).to_string())) };
        let file = |id: &&str| flowright_access::v1::Attachment {
            id: (*id).to_owned(),
            ..flowright_access::v1::Attachment::default()
        };
        let message = Envelope {
            id: id.to_owned(),
            channel: "api".to_owned(),
            from: Some(from),
            text: "echo".to_owned(),
            attachments: files.iter().map(file).collect(),
            proofs: is_known.then_some(proof).into_iter().collect(),
            ..Envelope::default()
        };
        world.server.access().carry_out(message).await.unwrap().session
    };
    let hers = say("app", "1", &[], true).await;
    let id = taken(&world, "bill.pdf", PDF).await;
    let own = say("visitor", "2", &[&id], false).await;
    assert_ne!(own, hers);
    assert_eq!(say("visitor", "3", &[], true).await, hers);
    assert_eq!(names(&world, &hers).await, ["bill.pdf"]);
    // A message with it that is sent again is hers there, too.
    assert_eq!(send(&world, &hers, "4", "echo", &[&id]).await.0, 200);
    assert_eq!(send(&world, &own, "5", "echo", &[&id]).await.0, 422);
}
