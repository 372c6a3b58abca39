//! A mail server of Debian's between Python and the bot, both ways.

use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};

use flowright_access::email::mime;
use flowright_access::v1::DeliveryStage;
use flowright_tests::{Fresh, World, root};
use serde_json::json;

use super::{bundle, config, mail, mail_address, python, session_of, until, with_mail};

/// A mail server that runs until this goes.
struct Exim {
    child: Child,
    folder: Fresh,
    address: SocketAddr,
}

impl Drop for Exim {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Exim {
    /// Starts one that brings mail for acme.example to a port; nothing where there is none.
    fn start(address: SocketAddr, onwards: u16) -> Option<Self> {
        let known =
            Command::new("exim4").arg("-bV").stdout(Stdio::null()).stderr(Stdio::null()).status();
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|o| o.stdout == b"0\n");
        if known.is_err() || !is_root {
            eprintln!("skipped: there is no exim4, or nobody who may start it");
            return None;
        }
        let folder = Fresh::new("exim.conf");
        let path = folder.parent().unwrap().to_path_buf();
        let spool = path.join("spool");
        std::fs::create_dir(&spool).unwrap();
        let text = std::fs::read_to_string(root().join("tests/tests/email/exim.conf")).unwrap();
        let text =
            text.replace("FOLDER", path.to_str().unwrap()).replace("PORT", &onwards.to_string());
        std::fs::write(&*folder, text).unwrap();
        let owned =
            Command::new("chown").args(["-R", "Debian-exim:Debian-exim"]).arg(&spool).status();
        assert!(owned.unwrap().success());
        let listen = format!("{}.{}", address.ip(), address.port());
        let child = Command::new("exim4")
            .arg("-C")
            .arg(&*folder)
            .args(["-bdf", "-q1s", "-oX", &listen])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Some(Self { child, folder, address })
    }

    fn inbox(&self) -> String {
        let path = self.folder.parent().unwrap().join("spool/inbox");
        std::fs::read_to_string(path).unwrap_or_default()
    }

    fn log(&self) -> String {
        let path = self.folder.parent().unwrap().join("spool/mainlog");
        std::fs::read_to_string(path).unwrap_or_default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_real_mail_server_brings_mail_and_takes_replies() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let trusted = "trusted = [\"127.0.0.1\"]\nauthserv_id = \"mta.x.example\"\n";
    let text = config(address, trusted);
    let world = World::start_bundle(bundle(), move |o| with_mail(o, &text)).await;
    let Some(exim) = Exim::start(address, mail_address(&world).port()) else { return };
    until("the mail server does not begin", async || {
        tokio::net::TcpStream::connect(exim.address).await.is_ok()
    })
    .await;
    let first = mail(
        json!({ "From": "Ann <ann@x.example>", "To": "support@acme.example", "Subject": "echo",
                "Message-ID": "<1@x.example>" }),
        "echo\n.\n..dots\n",
    );
    if python(exim.address, &[first], None).await.is_none() {
        return;
    }
    until("no reply came", async || {
        world.clock.advance_ms(1_000);
        exim.inbox().contains("Auto-Submitted")
    })
    .await;
    let inbox = exim.inbox();
    let reply = mime::read(inbox.split_once('\n').unwrap().1.as_bytes()).unwrap();
    assert_eq!(reply.header("in-reply-to"), Some("<1@x.example>"), "{}", exim.log());
    assert_eq!(reply.subject, "Re: echo");
    // Nobody there has this name: the mail server sends the reply back, and that is shown.
    let mut nobody =
        mail(json!({ "From": "nobody@x.example", "Message-ID": "<2@x.example>" }), "echo");
    nobody["from"] = json!("nobody@x.example");
    python(exim.address, &[nobody], None).await.unwrap();
    let failed = async || {
        world.clock.advance_ms(1_000);
        exim.log().contains("nobody@x.example") && failures(&world, &exim.log()).await > 0
    };
    until("the bounce was not understood", failed).await;
}

/// How many replies have failed of those whose ids the mail server's log names.
async fn failures(world: &World, log: &str) -> usize {
    let mut count = 0;
    for (at, _) in log.match_indices("id=fr.") {
        let id = log.get(at + 3..).unwrap().split_whitespace().next().unwrap();
        let known = world.server.access().deliveries(&session_of(id)).await.unwrap();
        count += known.iter().filter(|d| d.stage() == DeliveryStage::Failed).count();
    }
    count
}
