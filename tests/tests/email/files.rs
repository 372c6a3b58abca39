//! Files in mails: kept with the conversation, judged by what they hold, once however often the mail comes.

use flowright_runtime::attachments::Folder;
use serde_json::{Value as Json, json};

use super::smarthost::Smarthost;
use super::{mail_address, python, sent, session_of, world};

const PDF: &str = "%PDF-1.7\nall of a contract";

fn mail(id: u32, text: &str, files: &Json) -> Json {
    json!({
        "headers": { "From": "Ann <ann@x.example>", "Subject": "问题", "Message-ID": format!("<{id}@x.example>") },
        "text": text,
        "from": "ann@x.example",
        "to": ["support@acme.example"],
        "files": files,
    })
}

/// The files of a conversation, as name and size or cause.
async fn listed(world: &flowright_tests::World, session: &str) -> Vec<(String, Json)> {
    let url = world.url(&format!("/v1/sessions/{session}/attachments"));
    let (_, listed) = flowright_tests::send(&url, "GET", None, &[]).await;
    let one = |file: &Json| {
        let cause = file.get("cause").unwrap_or(&file["bytes"]);
        (file["name"].as_str().unwrap().to_owned(), cause.clone())
    };
    listed["attachments"].as_array().unwrap().iter().map(one).collect()
}

fn on_disk(world: &flowright_tests::World) -> usize {
    let Ok(folders) = std::fs::read_dir(Folder::beside(&world.store).path()) else { return 0 };
    folders.map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap().count()).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_are_kept_once_and_what_is_not_taken_is_said() {
    let smarthost = Smarthost::start().await;
    let world = world(smarthost.address, "").await;
    let at = mail_address(&world);
    // All of them say that they are PDFs.
    let files = json!({ "合同.pdf": PDF, "photo.png": "<svg onload=alert(1)>" });
    let first = mail(1, "echo", &files);
    let Some(_) = python(at, &[first.clone(), first], None).await else { return };
    let replies = sent(&smarthost, 2).await;
    assert_eq!(replies[0].body.trim_end(), "The file photo.png could not be taken.");
    assert_eq!(replies[1].body.trim_end(), "What?");
    let session = session_of(replies[0].message_id.as_ref().unwrap());
    assert_eq!(
        listed(&world, &session).await,
        [
            ("photo.png".to_owned(), json!("files of the type image/svg+xml are not taken")),
            ("合同.pdf".to_owned(), json!(PDF.len())),
        ]
    );
    // The mail came twice, its file is there once.
    assert_eq!(on_disk(&world), 1);
    // A file alone, under a subject that says nothing.
    let alone = json!({ "scan": PDF });
    let mut answer = mail(2, "", &alone);
    answer["headers"]["In-Reply-To"] =
        json!(format!("<{}>", replies[0].message_id.as_ref().unwrap()));
    answer["headers"]["Subject"] = json!("Re: 问题");
    python(at, &[answer], None).await.unwrap();
    let replies = sent(&smarthost, 4).await;
    assert_eq!(replies[2].body.trim_end(), "Your file has arrived.");
    assert_eq!(replies[3].body.trim_end(), "What?");
    assert_eq!(listed(&world, &session).await[2], ("scan.pdf".to_owned(), json!(PDF.len())));
    assert_eq!(on_disk(&world), 2);
    let metrics = world.server.dispatch().metrics().render();
    for line in [
        "flowright_intake_total{channel=\"mail\",result=\"taken\"} 2",
        "flowright_intake_total{channel=\"mail\",result=\"repeated\"} 1",
        // The mail that came twice brought its file twice; one of them went.
        "flowright_attachments_total{channel=\"mail\",result=\"taken\"} 3",
        "flowright_attachments_total{channel=\"mail\",result=\"not_taken\"} 2",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
}
