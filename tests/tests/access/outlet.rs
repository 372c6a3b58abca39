//! A channel that keeps what it is to send, and what becomes of it on the way.

use std::sync::{Arc, Mutex};

use flowright_access::v1::{Delivery, DeliveryStage};
use flowright_runtime::access::{Outlet, Parcel, Sent};
use futures_util::future::BoxFuture;

use super::{envelope, until, world};

/// Where what is sent lies.
#[derive(Debug, Default)]
pub struct Postbox {
    sent: Mutex<Vec<Parcel>>,
    /// What to answer to the next attempts, the last first; then everything is taken.
    answers: Mutex<Vec<Sent>>,
}

impl Postbox {
    /// Texts with whom they are for.
    pub fn texts(&self) -> Vec<(String, String)> {
        let sent = self.sent.lock().unwrap();
        sent.iter().map(|p| (p.reply_to.clone(), p.reply.text.clone())).collect()
    }

    /// The texts for one.
    pub fn texts_to(&self, reply_to: &str) -> Vec<String> {
        let of_one = |(to, text)| (to == reply_to).then_some(text);
        self.texts().into_iter().filter_map(of_one).collect()
    }

    /// The channels that the texts name.
    pub fn channels(&self) -> Vec<String> {
        self.sent.lock().unwrap().iter().map(|p| p.reply.on.clone()).collect()
    }

    pub fn answer_next(&self, answer: Sent) {
        self.answers.lock().unwrap().push(answer);
    }

    fn keys(&self) -> Vec<String> {
        self.sent.lock().unwrap().iter().map(|p| p.key.clone()).collect()
    }
}

impl Outlet for Postbox {
    fn send(&self, parcel: Parcel) -> BoxFuture<'static, Sent> {
        let id = format!("provider:{}", parcel.key);
        let answer = self.answers.lock().unwrap().pop();
        if matches!(answer, None | Some(Sent::Taken { .. })) {
            self.sent.lock().unwrap().push(parcel);
        }
        let sent = answer.unwrap_or(Sent::Taken { provider_id: Some(id) });
        Box::pin(std::future::ready(sent))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_goes_to_who_wrote_and_its_delivery_only_moves_forward() {
    let mail = Arc::new(Postbox::default());
    let world = world(&mail).await;
    let access = world.server.access();
    access.accept(envelope("api", "ann", "1", "echo")).await.unwrap();
    until("nothing was said", async || mail.texts().len() == 1).await;
    assert_eq!(mail.texts(), [("to ann".to_owned(), "What?".to_owned())]);
    let session = mail.sent.lock().unwrap()[0].session.clone();
    let stages = async || -> Vec<DeliveryStage> {
        access.deliveries(&session).await.unwrap().iter().map(Delivery::stage).collect()
    };
    until("it is not sent", async || stages().await == [DeliveryStage::Sent]).await;
    let news = |stage: DeliveryStage, id: &str| Delivery {
        channel: "api".to_owned(),
        provider_id: id.to_owned(),
        stage: stage.into(),
        at_ms: 7,
        ..Delivery::default()
    };
    let id = format!("provider:{session}/1");
    for (stage, is_news, after) in [
        (DeliveryStage::Queued, false, DeliveryStage::Sent),
        (DeliveryStage::Read, true, DeliveryStage::Read),
        (DeliveryStage::Delivered, false, DeliveryStage::Read),
        (DeliveryStage::Failed, false, DeliveryStage::Read),
        (DeliveryStage::Read, false, DeliveryStage::Read),
    ] {
        assert_eq!(access.delivery(news(stage, &id)).await, Ok(is_news), "{stage:?}");
        assert_eq!(stages().await, [after], "{stage:?}");
    }
    assert_eq!(access.delivery(news(DeliveryStage::Read, "another")).await, Ok(false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_taken_is_sent_again_under_the_same_key_or_shown_as_failed() {
    let mail = Arc::new(Postbox::default());
    let again = || Sent::Again { cause: "busy".to_owned(), after_ms: Some(3_000) };
    mail.answers.lock().unwrap().extend([
        Sent::Dead { cause: "no such address".to_owned() },
        Sent::Taken { provider_id: None },
        again(),
        again(),
    ]);
    let world = world(&mail).await;
    let access = world.server.access();
    access.accept(envelope("api", "ann", "1", "echo")).await.unwrap();
    access.accept(envelope("api", "ann", "2", "one")).await.unwrap();
    until("not all was tried", async || {
        world.clock.advance_ms(500);
        world.server.dispatch().outbox_sizes().await.unwrap() == (0, 1)
    })
    .await;
    assert_eq!(mail.texts_to("to ann"), ["What?", "What?"]);
    let session = mail.keys()[0].split('/').next().unwrap().to_owned();
    let deliveries = access.deliveries(&session).await.unwrap();
    let stages: Vec<_> = deliveries.iter().map(|d| (d.seq, d.stage(), d.cause.as_str())).collect();
    assert_eq!(stages[0], (1, DeliveryStage::Sent, ""));
    assert_eq!(stages[1], (2, DeliveryStage::Failed, "no such address"));
    // An operator has it sent once more.
    let letters = world.server.dispatch().dead_letters(1).await.unwrap();
    assert!(world.server.dispatch().revive(letters[0].id).await.unwrap());
    until("it is not sent", async || mail.texts().len() == 3).await;
    until("it is not sent", async || {
        access.deliveries(&session).await.unwrap()[1].stage() == DeliveryStage::Sent
    })
    .await;
}
