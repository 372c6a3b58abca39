//! gRPC: messages by calls, and what is said later by asking for it.

use flowright_access::v1::{ListRepliesRequest, Reply, SendRequest};
use flowright_runtime::grpc::v1::conversations_client::ConversationsClient;
use flowright_tests::World;
use futures_util::future::BoxFuture;
use tonic::transport::{Channel, Endpoint};

use super::{Kind, Line, Said};

pub struct Rpc;

struct RpcLine {
    client: ConversationsClient<Channel>,
    sender: String,
    session: String,
    seen: Option<u64>,
    said: Said,
}

impl Kind for Rpc {
    fn name(&self) -> &'static str {
        "grpc"
    }

    fn declared(&self) -> &'static str {
        "channel rpc: grpc"
    }

    fn line<'w>(&'w self, world: &'w World, sender: &'w str) -> BoxFuture<'w, Box<dyn Line>> {
        Box::pin(async move {
            let address = format!("http://{}", world.server.grpc_address);
            let channel = Endpoint::from_shared(address).unwrap().connect().await.unwrap();
            let line = RpcLine {
                client: ConversationsClient::new(channel),
                sender: sender.to_owned(),
                session: String::new(),
                seen: None,
                said: Said::new(),
            };
            Box::new(line) as Box<dyn Line>
        })
    }
}

impl RpcLine {
    fn take(&mut self, replies: Vec<Reply>) {
        for reply in replies {
            if self.seen.is_none_or(|seen| reply.seq > seen) {
                self.seen = Some(reply.seq);
                self.said.push_back(reply.text);
            }
        }
    }
}

impl Line for RpcLine {
    fn say<'l>(&'l mut self, id: &'l str, text: &'l str) -> BoxFuture<'l, ()> {
        Box::pin(async move {
            let message = SendRequest {
                id: id.to_owned(),
                text: text.to_owned(),
                sender: self.sender.clone(),
                ..SendRequest::default()
            };
            let answer = self.client.send(message).await.unwrap().into_inner();
            self.session = answer.session;
            if !answer.is_repeat {
                self.take(answer.replies);
            }
        })
    }

    fn hear(&mut self) -> BoxFuture<'_, String> {
        Box::pin(async move {
            loop {
                if let Some(text) = self.said.pop_front() {
                    return text;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                let asked = ListRepliesRequest {
                    session: self.session.clone(),
                    after: self.seen.unwrap_or(0),
                    limit: 0,
                };
                let page = self.client.list_replies(asked).await.unwrap().into_inner();
                self.take(page.replies);
            }
        })
    }
}
