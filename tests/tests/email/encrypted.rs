//! Connections that are encrypted, in and out.

use std::sync::Arc;

use flowright_tests::Fresh;
use serde_json::json;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::smarthost::Smarthost;
use super::{mail, mail_address, python, raw, sent, until, world};

/// A certificate for this machine, with its key, and where they lie.
struct Certificate {
    folder: Fresh,
    pem: String,
    config: Arc<ServerConfig>,
}

impl Certificate {
    fn new() -> Self {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let folder = Fresh::new("mx.pem");
        let pem = made.cert.pem();
        std::fs::write(&*folder, &pem).unwrap();
        std::fs::write(folder.with_extension("key"), made.signing_key.serialize_pem()).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        Self { folder, pem, config: Arc::new(config) }
    }

    fn keys(&self) -> String {
        let (own, key) = (self.folder.display(), self.folder.with_extension("key"));
        format!("certificate = \"{own}\"\ncertificate_key = \"{}\"\n", key.display())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_it_must_be_nothing_is_taken_in_the_open() {
    let certificate = Certificate::new();
    let smarthost = Smarthost::start().await;
    let keys = certificate.keys() + "tls = \"required\"\n";
    let world = world(smarthost.address, &keys).await;
    let at = mail_address(&world);
    let open = raw(at, &[b"EHLO x\r\n", b"MAIL FROM:<ann@x.example>\r\n"]).await;
    assert!(open.contains("250-STARTTLS") && open.contains("530 5.7.0"), "{open}");
    let mails = [mail(json!({ "From": "ann@x.example" }), "echo")];
    let Some(codes) = python(at, &mails, Some(&certificate.pem)).await else { return };
    assert_eq!(codes[0]["code"], 250);
    sent(&smarthost, 1).await;
}

/// Commands that somebody on the way put behind STARTTLS are not carried out once it is encrypted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_said_in_the_open_is_forgotten() {
    let certificate = Certificate::new();
    let smarthost = Smarthost::start().await;
    let world = world(smarthost.address, &certificate.keys()).await;
    let injected = b"STARTTLS\r\nEHLO y\r\nMAIL FROM:<evil@x.example>\r\n";
    let told = raw(mail_address(&world), &[b"EHLO x\r\n", injected]).await;
    assert!(told.ends_with("220 2.0.0 go ahead\r\n"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replies_go_out_encrypted_or_not_at_all() {
    let certificate = Certificate::new();
    let smarthost = Smarthost::start_with(Some(Arc::clone(&certificate.config))).await;
    let at = format!("localhost:{}", smarthost.address.port());
    let said: [&[u8]; 5] = [
        b"EHLO x\r\n",
        b"MAIL FROM:<ann@x.example>\r\n",
        b"RCPT TO:<support@acme.example>\r\n",
        b"DATA\r\n",
        b"From: ann@x.example\r\n\r\necho\r\n.\r\n",
    ];
    let ca = format!("smarthost_ca = \"{}\"\n", certificate.folder.display());
    for (more, believed) in [("", false), (ca.as_str(), true)] {
        let before = smarthost.mails().len();
        let world = super::world_with(&at, "starttls", more).await;
        raw(mail_address(&world), &said).await;
        let dispatch = world.server.dispatch();
        if believed {
            until("it was not sent", async || smarthost.mails().len() == before + 1).await;
            assert!(smarthost.mails().iter().all(|mail| mail.encrypted));
        } else {
            // It waits for somebody to say which authority is meant.
            until("nothing waits", async || dispatch.outbox_sizes().await.unwrap() == (1, 0)).await;
            assert_eq!(smarthost.mails().len(), before);
        }
    }
}
