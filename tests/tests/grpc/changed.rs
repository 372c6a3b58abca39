//! Messages that were changed at random: each is answered, none breaks anything.

use flowright_access::v1::talk_request::Kind;
use flowright_access::v1::{ActRequest, TalkMessage, TalkOpen, TalkRequest};
use flowright_tests::seeds::{Random, changed, is_long, seed};
use prost::Message as _;

use super::caller::{client, message_of, say};
use super::raw::{Raw, SEND, TALK, framed};
use super::shop;

fn talk(random: &mut Random) -> Vec<u8> {
    let request = |kind| TalkRequest { kind: Some(kind) }.encode_to_vec();
    let open = TalkOpen { session: format!("t{}", random.below(50)), ..TalkOpen::default() };
    let message = TalkMessage {
        id: format!("m{}", random.below(50)),
        text: "rent a machine".to_owned(),
        ..TalkMessage::default()
    };
    let mut bytes = framed(&request(Kind::Open(open)));
    bytes.extend(framed(&changed(request(Kind::Message(message)), random)));
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changed_messages_are_answered() {
    let mut random = Random::new(seed("changed"));
    let world = shop().await;
    let mut raw = Raw::open(&world).await;
    let many = if is_long() { 1_000_000 } else { 2_000 };
    let (mut fine, mut refused) = (0, 0);
    for number in 0..many {
        let session = format!("s{}", random.below(50));
        let (path, body) = match random.below(4) {
            0 => (TALK, talk(&mut random)),
            1 => {
                let act = ActRequest {
                    session,
                    id: format!("a{number}"),
                    agent: "Li".to_owned(),
                    text: "hello".to_owned(),
                    ..ActRequest::default()
                };
                let act = changed(act.encode_to_vec(), &mut random);
                ("/flowright.v1.Conversations/Act", framed(&act))
            }
            which => {
                let id = format!("m{number}");
                let sent = message_of(&session, &id, "rent a machine", "C").encode_to_vec();
                // Under its prefix or with it.
                let body = match which {
                    2 => framed(&changed(sent, &mut random)),
                    _ => changed(framed(&sent), &mut random),
                };
                (SEND, body)
            }
        };
        let outcome =
            raw.call(path, &body).await.unwrap_or_else(|e| panic!("{e}: {path} {body:?}"));
        match outcome.grpc.unwrap_or_else(|| panic!("no status: {path} {body:?}")) {
            0 => fine += 1,
            _ => refused += 1,
        }
        if number % 500 == 499 {
            raw = Raw::open(&world).await;
        }
    }
    assert!(fine > 0 && refused > 0, "{fine} {refused}");
    let client = client(&world).await;
    let said = say(&client, super::caller::message("after", "1", "rent a machine")).await.unwrap();
    assert_eq!(said.turn, 1);
    world.server.stop().await;
}
