//! Files of customers: beside the store, in backups, and named when they are damaged.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::copies::{folder, run, said};
use crate::server::Server;
use crate::{start, start_crm};

const PDF: &[u8] = b"%PDF-1.7\nall of a contract";

/// One request; the answer's body.
fn ask(server: &Server, head: &str, body: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.address).unwrap();
    let length = body.len();
    write!(
        stream,
        "{head} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
    )
    .unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    answer.split_off(end + 4)
}

/// Hands a file over and sends it; its id.
fn sent(server: &Server, number: usize) -> String {
    let answer = ask(server, &format!("POST /v1/attachments?name={number}.pdf"), PDF);
    let file: Json = serde_json::from_slice(&answer).unwrap();
    let id = file["id"].as_str().unwrap().to_owned();
    let body = json!({ "id": number.to_string(), "attachments": [id] });
    assert_eq!(server.post("s", &body)["replies"][0]["text"], "文件已收到。");
    id
}

fn fetched(server: &Server, id: &str) -> Vec<u8> {
    ask(server, &format!("GET /v1/attachments/{id}"), b"")
}

fn file(store: &Path, id: &str) -> PathBuf {
    let mut folder = store.as_os_str().to_owned();
    folder.push(".files");
    PathBuf::from(folder).join(id.get(..2).unwrap()).join(id)
}

#[test]
fn they_are_in_backups_and_come_back_with_them() {
    let folder = folder("files");
    let (_, crm) = start_crm();
    let store = folder.join("s.sqlite");
    let server = start(&store, crm);
    let first = sent(&server, 1);
    let backup = ["backup", "--store", "s.sqlite", "--to", "b.sqlite"];
    let (code, text) = said(&run(&folder, &backup));
    assert_eq!(code, 0, "{text}");
    let part = " bytes, b.sqlite.files 1 file of customers with 26 bytes, verified";
    assert!(text.contains(part), "{text}");
    // What comes later is not in it.
    let second = sent(&server, 2);
    server.kill();
    let (code, text) = said(&run(&folder, &["restore", "b.sqlite", "--verify"]));
    assert!(code == 0 && text.contains("1 file of customers with 26 bytes, "), "{text}");
    let (code, text) = said(&run(&folder, &["restore", "b.sqlite", "--store", "s.sqlite"]));
    assert_eq!(code, 0, "{text}");
    let kept = text.split_once("is kept as ").unwrap().1.trim();
    assert!(file(&folder.join(kept), &second).exists(), "the store before has its own");
    let server = start(&store, crm);
    assert_eq!(fetched(&server, &first), PDF);
    // Into an empty place, as on a new machine.
    let (code, text) = said(&run(&folder, &["restore", "b.sqlite", "--store", "n.sqlite"]));
    assert_eq!(code, 0, "{text}");
    assert_eq!(std::fs::read(file(&folder.join("n.sqlite"), &first)).unwrap(), PDF);
    // A later backup over the earlier one: files that it does not know go with that.
    let third = sent(&server, 3);
    let (code, text) = said(&run(&folder, &[&backup[..], &["--force"]].concat()));
    assert!(
        code == 0 && text.contains("b.sqlite.files 2 files of customers with 52 bytes"),
        "{text}"
    );
    assert!(file(&folder.join("b.sqlite"), &third).exists());
    let (code, text) = said(&run(&folder, &["restore", "b.sqlite", "--verify"]));
    assert_eq!(code, 0, "{text}");
}

#[test]
fn damaged_ones_are_named_and_are_no_backup() {
    let folder = folder("damaged-files");
    let (_, crm) = start_crm();
    let store = folder.join("s.sqlite");
    let server = start(&store, crm);
    let ids = [sent(&server, 1), sent(&server, 2), sent(&server, 3)];
    server.kill();
    let backup = ["backup", "--store", "s.sqlite", "--to", "b.sqlite"];
    assert_eq!(said(&run(&folder, &backup)).0, 0);
    let mut flipped = PDF.to_vec();
    flipped[20] ^= 1;
    std::fs::write(file(&store, &ids[0]), &flipped).unwrap();
    std::fs::write(file(&store, &ids[1]), &PDF[..10]).unwrap();
    std::fs::remove_file(file(&store, &ids[2])).unwrap();
    let (code, text) = said(&run(&folder, &["backup", "--store", "s.sqlite", "--to", "c.sqlite"]));
    assert_eq!(code, 1, "{text}");
    let says = [
        format!("the file of attachment `{}` has 10 bytes, not 26", ids[1]),
        format!("the file of attachment `{}` is missing", ids[2]),
        "no copy of it was made".to_owned(),
    ];
    for part in &says {
        assert!(text.contains(part), "{part}: {text}");
    }
    let hash = format!("the file of attachment `{}` is damaged: its hash is wrong", ids[0]);
    assert!(text.contains(&hash), "{text}");
    assert!(!folder.join("c.sqlite").exists());
    // A quick look does not read them all; what is missing it sees.
    let (_, text) = said(&run(&folder, &["doctor", "--store", "s.sqlite"]));
    assert!(text.contains(&says[0]) && text.contains(&says[1]), "{text}");
    // The same of a copy.
    std::fs::write(file(&folder.join("b.sqlite"), &ids[0]), &flipped).unwrap();
    for more in [&["--verify"][..], &["--store", "s.sqlite"]] {
        let (code, text) = said(&run(&folder, &[&["restore", "b.sqlite"], more].concat()));
        assert!(code == 1 && text.contains(&hash), "{text}");
    }
}
