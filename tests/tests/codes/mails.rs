//! Mail in, as a mail server in front of ours passes it on; and what the mails with codes look like.

use flowright_tests::mail::hand_in;

use super::{ASKED, Site, code_in};

impl Site {
    /// Sends a mail; `verified`: the mail server in front has found that it is from there.
    pub async fn mail(&self, from: &str, id: &str, text: &str, verified: bool) {
        self.mail_with(from, id, text, verified, "").await;
    }

    /// The same with more headers.
    pub async fn mail_with(&self, from: &str, id: &str, text: &str, verified: bool, more: &str) {
        let server = self.world.server.mail_address.unwrap();
        let domain = from.rsplit_once('@').unwrap().1;
        let found = match verified {
            true => format!(
                "Authentication-Results: mx.acme.example; dmarc=pass header.from={domain}\r\n"
            ),
            false => String::new(),
        };
        let message = format!(
            "{found}From: {from}\r\nTo: support@acme.example\r\nMessage-ID: <{id}@{domain}>\r\n{more}\
             Content-Type: text/plain; charset=utf-8\r\n\r\n{text}"
        );
        hand_in(server, from, &message).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mail_says_what_it_is_for_and_belongs_to_no_thread() {
    let site = Site::start().await;
    assert_eq!(site.say("visitor", "1", "my mail is Ann@X.example").await.len(), 1);
    let mail = site.sent(1).await.remove(0);
    let code = code_in(&mail);
    assert_eq!(mail.subject, "Your code for acme");
    assert!(mail.body.starts_with(&format!("Your code for acme is {code}. ")), "{}", mail.body);
    assert!(mail.body.contains("good for 10 minutes"), "{}", mail.body);
    assert!(mail.body.contains("Nobody of our company will ever ask you for it"), "{}", mail.body);
    assert_eq!(mail.from[0].address.as_str(), "support@acme.example");
    assert_eq!(mail.header("to"), Some("Ann@x.example"));
    for header in ["in-reply-to", "references", "bcc", "cc"] {
        assert_eq!(mail.header(header), None, "{header}");
    }
    assert_eq!(mail.header("auto-submitted"), Some("auto-generated"));
    let bytes = String::from_utf8(site.smarthost.mails()[0].bytes.clone()).unwrap();
    for link in ["http:", "https:", "href", "www."] {
        assert!(!bytes.contains(link), "{bytes}");
    }
    // Whoever answers it begins a conversation of her own: it may be one that she never asked for.
    let id = mail.message_id.clone().unwrap();
    let answers = format!("In-Reply-To: <{id}>\r\nReferences: <{id}>\r\n");
    site.mail_with("ann@x.example", "1", "what did I tell you", true, &answers).await;
    assert_eq!(site.sent(2).await[1].body.trim_end(), "Nothing.");
    let [session, ..] = site.known("ann@x.example").unwrap();
    let visitors = site.say("visitor", "2", "what").await;
    assert!(!visitors.is_empty());
    let asked = site.db().query_row(
        "SELECT session FROM identities WHERE channel = 'api' AND address = 'visitor'",
        [],
        |row| row.get::<_, String>(0),
    );
    assert_ne!(session, asked.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_speaks_the_language_of_the_conversation_and_the_projects_own_words() {
    let site = Site::start().await;
    site.say("visitor", "1", "我的邮箱是ann@x.example").await;
    let mail = site.sent(1).await.remove(0);
    assert_eq!(mail.subject, "acme 的验证码");
    let code = code_in(&mail);
    assert!(mail.body.contains(&format!("验证码是 {code},10 分钟内有效")), "{}", mail.body);
    let own = "text core.code_mail(bot: text, code: text, minutes: text) {\n\
               zh \"{code}\"  en \"{bot}: {code} ({minutes})\" }";
    let site = Site::start_as(&format!("{}\n{own}\n", super::BOT), "", |o| o).await;
    assert_eq!(site.say("visitor", "1", "my mail is ann@x.example").await, [ASKED]);
    let mail = site.sent(1).await.remove(0);
    let code = code_in(&mail);
    assert_eq!(mail.body.trim_end(), format!("acme: {code} (10)"));
}
