//! Which article is answered with, and how it is said.

use flowright_compiler::bundle;
use flowright_compiler::compile::MemorySources;
use flowright_nlu::lang::Lang;

use crate::model::{ArticleRef, Command, Event, FoundArticle, Reply, Session};
use crate::transcript::run_test_with;
use crate::{LoadedProgram, open_session, step};

const BOT: &str = r#"
bot cranes { languages en  timezone "UTC" }
channel web: websocket
channel wecom: webhook { provider wecom  secret env.S }
skill people
route { otherwise -> people }
customer { id: text  products: list of one_of { x200, x300 }  site: one_of { port, yard } }
fallback { answer from knowledge at 70%  handoff after 2 misses }
knowledge company { source "knowledge/company" level enterprise }
knowledge cranes { source "knowledge/cranes" level product }
knowledge ports { source "knowledge/ports" level scenario applies when customer.site is port }
intent order_part { en "I want to order a spare part", "order a part" }
flow order_part {
  on intent order_part
  slot number: number { ask "Which part number?" }
  state start { fill number  end resolved }
}
"#;

fn program() -> LoadedProgram {
    program_with("")
}

fn program_with(test: &str) -> LoadedProgram {
    let article = |id: &str| format!("---\nid: {id}\nlanguage: en\ntitle: {id}\n---\nText.\n");
    let sources = MemorySources(vec![
        ("a.flow".to_owned(), format!("{BOT}{test}").into()),
        ("knowledge/company/a.md".to_owned(), article("company").into()),
        ("knowledge/cranes/b.md".to_owned(), article("x200").into()),
        ("knowledge/ports/c.md".to_owned(), article("salt").into()),
    ]);
    let compiled = flowright_compiler::compile(&sources).unwrap();
    let said: Vec<_> = compiled.analysis.diagnostics.iter().map(|d| d.message.clone()).collect();
    let bundle = compiled.bundle.unwrap_or_else(|| panic!("{said:?}"));
    let encoded = bundle::write(&bundle).unwrap();
    let (bundle, hash) = bundle::read(&encoded.bytes).unwrap();
    LoadedProgram::interpreted(bundle, hash).unwrap()
}

fn found(base: &str, id: &str, thousandths: u16) -> FoundArticle {
    FoundArticle {
        base: base.to_owned(),
        article: ArticleRef { id: id.to_owned(), version: 3, title: id.to_uppercase(), url: None },
        language: Lang::EN,
        products: Vec::new(),
        answer: format!("What {id} says."),
        confidence_thousandths: thousandths,
    }
}

fn said(
    program: &LoadedProgram,
    session: &mut Session,
    text: &str,
    knowledge: Vec<FoundArticle>,
) -> Vec<Reply> {
    let channel = session.channel.clone();
    let event = Event::Message {
        channel,
        text: text.to_owned(),
        payload: None,
        external: None,
        knowledge,
        attachments: Vec::new(),
        from: None,
    };
    let done = step(program, session, event, 0).unwrap();
    let reply = |command| match command {
        Command::Reply(reply) => Some(reply),
        _ => None,
    };
    done.commands.into_iter().filter_map(reply).collect()
}

fn session(
    program: &LoadedProgram,
    profile: &[(&str, Option<flowright_nlu::value::Value>)],
) -> Session {
    let mut session = open_session(program, "s", "web", None, 0);
    for (name, value) in profile {
        let number = program.program.customer.iter().position(|f| f.name == *name).unwrap();
        session.customer[number].clone_from(value);
    }
    session
}

#[test]
fn the_most_specific_article_that_applies_is_answered_with() {
    use flowright_nlu::value::Value;
    let program = program();
    let of_x300 =
        FoundArticle { products: vec!["x300".to_owned()], ..found("cranes", "x300", 990) };
    let all = || {
        vec![
            of_x300.clone(),
            found("company", "company", 950),
            found("cranes", "x200", 800),
            found("ports", "salt", 750),
        ]
    };
    let own = |product| Some(Value::List(vec![Value::Choice(product)]));
    for (profile, article) in [
        (vec![], "x200"),
        (vec![("products", own(1))], "x300"),
        (vec![("products", own(0))], "x200"),
        (vec![("site", Some(Value::Choice(0)))], "salt"),
        (vec![("site", Some(Value::Choice(1)))], "x200"),
    ] {
        let mut session = session(&program, &profile);
        let replies = said(&program, &mut session, "does salt water hurt the paint", all());
        let of = replies[0].article.as_ref().unwrap();
        assert_eq!((of.id.as_str(), of.version), (article, 3), "{profile:?}");
        assert!(
            replies[0].text.contains(&format!("Source: {}", article.to_uppercase())),
            "{replies:?}"
        );
        assert_eq!(session.transcript.last().unwrap().article, replies[0].article);
        assert_eq!(session.misses, 0);
    }
}

#[test]
fn what_is_not_sure_enough_is_a_miss_and_intents_go_first() {
    let program = program();
    let mut session = session(&program, &[]);
    let unsure = vec![found("company", "company", 699), found("no_such_base", "x", 1_000)];
    let replies = said(&program, &mut session, "does salt water hurt the paint", unsure);
    assert!(replies.iter().all(|reply| reply.article.is_none()), "{replies:?}");
    assert_eq!(session.misses, 1);
    // A question in between is answered, and what was asked is asked again.
    let sure = || vec![found("company", "company", 700)];
    let replies = said(&program, &mut session, "I want to order a spare part", sure());
    assert_eq!(replies.last().unwrap().text, "Which part number?");
    assert!(replies.iter().all(|reply| reply.article.is_none()));
    let replies = said(&program, &mut session, "does salt water hurt the paint", sure());
    let texts: Vec<&str> = replies.iter().map(|reply| reply.text.as_str()).collect();
    assert_eq!(texts, ["What company says.\nSource: COMPANY", "Which part number?"]);
}

#[test]
fn an_answer_is_cut_to_what_the_channel_carries() {
    let program = program();
    let mut long = found("company", "company", 900);
    long.answer = "Wash it with fresh water. ".repeat(200);
    long.article.url = Some("https://acme.example/salt".to_owned());
    let mut session = session(&program, &[]);
    let whole = said(&program, &mut session, "salt on the paint?", vec![long.clone()]);
    assert!(whole[0].text.contains(long.answer.trim_end()));
    assert_eq!(whole[0].links[0].url, "https://acme.example/salt");
    session.channel = "wecom".to_owned();
    let cut = said(&program, &mut session, "salt on the paint?", vec![long]);
    let line = "\nCOMPANY: https://acme.example/salt".len();
    let text = &cut[0].text;
    assert!(text.len() + line <= 2_048 && text.len() > 1_900, "{}", text.len());
    assert!(text.contains("…\nSource: COMPANY"), "{text}");
}

#[test]
fn tests_of_a_project_find_articles_as_the_shell_does() {
    let find = |_: &Session, text: &str| match text {
        "salt?" => vec![found("company", "company", 900)],
        _ => Vec::new(),
    };
    let test = |line: &str| {
        let program = program_with(&format!("test \"t\" {{ user \"salt?\"  {line} }}\n"));
        let test = program.program.tests.first().unwrap();
        run_test_with(&program, test, &find).failure.map(|failure| failure.message)
    };
    assert_eq!(test("bot knowledge \"company\""), None);
    assert_eq!(test("bot \"What company says.\\nSource: COMPANY\""), None);
    let failed = |line: &str| test(line).unwrap();
    assert_eq!(failed("bot knowledge \"other\""), "another article was answered with");
    assert_eq!(failed("bot \"no\""), "the bot said something else");
    assert_eq!(
        failed(
            "bot \"What company says.\\nSource: COMPANY\"  user \"pepper?\"  bot knowledge \"company\""
        ),
        "what the bot said is from no article"
    );
}
