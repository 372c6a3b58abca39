//! Connections that are encrypted, in and out.

use std::sync::Arc;

use flowright_tests::Fresh;
use serde_json::json;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

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

/// Whether a server shows a certificate that somebody who knows only this one believes.
async fn shows(at: std::net::SocketAddr, certificate: &Certificate) -> bool {
    let mut roots = RootCertStore::empty();
    for own in CertificateDer::pem_slice_iter(certificate.pem.as_bytes()) {
        roots.add(own.unwrap()).unwrap();
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut stream = BufReader::new(TcpStream::connect(at).await.unwrap());
    for (said, last) in [("", "220 "), ("EHLO x\r\n", "250 "), ("STARTTLS\r\n", "220 ")] {
        stream.write_all(said.as_bytes()).await.unwrap();
        let mut line = String::new();
        while !line.starts_with(last) {
            line.clear();
            assert!(stream.read_line(&mut line).await.unwrap() > 0, "it hung up");
        }
    }
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_is_replaced_is_shown_and_a_broken_one_is_not() {
    let (first, second) = (Certificate::new(), Certificate::new());
    let smarthost = Smarthost::start().await;
    let world = world(smarthost.address, &first.keys()).await;
    let at = mail_address(&world);
    let (own, own_key) = (first.folder.to_path_buf(), first.folder.with_extension("key"));
    let put = |chain: &str, key: &str| {
        std::fs::write(&own, chain).unwrap();
        std::fs::write(&own_key, key).unwrap();
    };
    let key_of =
        |of: &Certificate| std::fs::read_to_string(of.folder.with_extension("key")).unwrap();
    let (first_key, second_key) = (key_of(&first), key_of(&second));
    // Longer than between two looks at the files.
    let a_while = || tokio::time::sleep(std::time::Duration::from_millis(1_200));
    assert!(shows(at, &first).await && !shows(at, &second).await);
    let cut: String = second.pem.chars().take(second.pem.len() / 2).collect();
    for (chain, key) in [
        ("", ""),
        (cut.as_str(), second_key.as_str()),
        // The one is written, the other not yet.
        (second.pem.as_str(), first_key.as_str()),
        (second.pem.as_str(), "no key"),
    ] {
        put(chain, key);
        a_while().await;
        assert!(shows(at, &first).await && !shows(at, &second).await, "{chain}");
    }
    std::fs::remove_file(&own_key).unwrap();
    a_while().await;
    assert!(shows(at, &first).await);
    put(&second.pem, &second_key);
    a_while().await;
    assert!(shows(at, &second).await && !shows(at, &first).await);
    // And back again.
    put(&first.pem, &first_key);
    a_while().await;
    assert!(shows(at, &first).await && !shows(at, &second).await);
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
