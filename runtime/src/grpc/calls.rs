//! The calls of the service that are asked and answered once.

use flowright_access::v1;
use flowright_access::v1::proof::Kind as Proves;
use flowright_compiler::ir::Outcome;
use flowright_engine::model::{Status as Holder, Then};
use prost::Message as _;
use prost_types::Struct;
use serde_json::Value as Json;
use tonic::{Request, Response, Status, Streaming};

use super::deadline::Deadline;
use super::talk::{self, Answers};
use super::v1::conversations_server::Conversations;
use super::{convert, files, status};
use crate::access::Answered;
use crate::clients::{Caller, Right};
use crate::dispatch::{AgentMove, Answer, Incoming};
use crate::http::App;
use crate::http::agents::checked_name;
use crate::http::messages::{self, checked_id, checked_text, language};
use crate::http::problem::Problem;
use crate::limits::{GRPC_REPLIES_BYTES_MAX, GRPC_REPLIES_MAX, GRPC_REPLIES_USUAL};
use crate::programs::hex;

/// What answers them. Who may ask was seen to before.
#[derive(Debug, Clone)]
pub(super) struct Calls(pub(super) App);

#[tonic::async_trait]
impl Conversations for Calls {
    type TalkStream = Answers;
    type DownloadStream = files::Pieces;

    async fn send(
        &self,
        request: Request<v1::SendRequest>,
    ) -> Result<Response<v1::SendResponse>, Status> {
        let caller = asks(&request);
        let sent = self.carry_out(&caller, request.into_inner()).await;
        sent.map(Response::new).map_err(|problem| status::of(&problem))
    }

    async fn get(
        &self,
        request: Request<v1::GetRequest>,
    ) -> Result<Response<v1::GetResponse>, Status> {
        let caller = asks(&request);
        let found = self.look(&caller, request.into_inner()).await;
        found.map(Response::new).map_err(|problem| status::of(&problem))
    }

    async fn list_replies(
        &self,
        request: Request<v1::ListRepliesRequest>,
    ) -> Result<Response<v1::ListRepliesResponse>, Status> {
        let caller = asks(&request);
        let listed = self.list(&caller, request.into_inner()).await;
        listed.map(Response::new).map_err(|problem| status::of(&problem))
    }

    async fn act(
        &self,
        request: Request<v1::ActRequest>,
    ) -> Result<Response<v1::ActResponse>, Status> {
        let caller = asks(&request);
        let done = self.agent(&caller, request.into_inner()).await;
        done.map(Response::new).map_err(|problem| status::of(&problem))
    }

    async fn upload(
        &self,
        request: Request<Streaming<v1::UploadRequest>>,
    ) -> Result<Response<v1::Attachment>, Status> {
        let caller = asks(&request);
        files::upload(&self.0, &caller, request.into_inner()).await.map(Response::new)
    }

    async fn download(
        &self,
        request: Request<v1::DownloadRequest>,
    ) -> Result<Response<files::Pieces>, Status> {
        let caller = asks(&request);
        files::download(&self.0, &caller, &request.into_inner().id).await.map(Response::new)
    }

    async fn talk(
        &self,
        request: Request<Streaming<v1::TalkRequest>>,
    ) -> Result<Response<Answers>, Status> {
        let deadline = request.extensions().get().copied().unwrap_or(Deadline(None));
        let caller = asks(&request);
        Ok(Response::new(talk::begin(self.0.clone(), caller, deadline, request.into_inner())))
    }
}

/// Who asks. Nobody comes here who was not let in; if one did, she would have no right.
fn asks<T>(request: &Request<T>) -> Caller {
    request.extensions().get().cloned().unwrap_or_else(Caller::nobody)
}

impl Calls {
    async fn carry_out(
        &self,
        caller: &Caller,
        sent: v1::SendRequest,
    ) -> Result<v1::SendResponse, Problem> {
        let v1::SendRequest { session, id, text, payload, channel, .. } = sent;
        let v1::SendRequest { language, customer, sender, attachments, .. } = sent;
        let writer = Writer::of(&self.0, caller, channel, language, customer)?;
        let address = match (session.is_empty(), sender.is_empty()) {
            (false, true) => checked_id("session", &session)?,
            (false, false) => {
                return Err(Problem::new(400, "`sender` and `session` do not go together")
                    .with_help("leave one of them out"));
            }
            (true, _) => writer.address(sender)?,
        };
        let message =
            writer.says(&session, address, v1::TalkMessage { id, text, payload, attachments })?;
        let id = message.id.clone();
        if !session.is_empty() {
            self.0.0.may_name(caller, &message.channel, &session).await?;
        }
        let answered = self.0.0.access.carry_out(message).await?;
        let Answered { session, answer } = answered;
        let Answer { turn, replies, repeated, handed_off } = answer;
        Ok(v1::SendResponse {
            session,
            id,
            turn,
            replies: convert::replies(&replies),
            is_repeat: repeated,
            status: convert::conversation_status(handed_off) as i32,
        })
    }

    async fn look(
        &self,
        caller: &Caller,
        asked: v1::GetRequest,
    ) -> Result<v1::GetResponse, Problem> {
        let id = checked_id("session", &asked.session)?;
        self.0.0.sees(caller, &id).await?;
        let found = self.0.0.dispatch.session(&id).await?;
        let (session, program) = found.ok_or_else(|| Problem::no_session(&id))?;
        let place = |frame: &flowright_engine::model::Frame| {
            let flow = program.flows.get(frame.flow.index())?;
            let state = flow.states.get(frame.state.index())?;
            Some(v1::FlowPlace { flow: flow.name.clone(), state: state.name.clone() })
        };
        let handoff = match &session.status {
            Holder::Bot => None,
            Holder::HandedOff(handoff) => Some(convert::handoff(handoff)),
        };
        Ok(v1::GetResponse {
            bundle: hex(&session.bundle),
            language: session.lang.to_string(),
            turn: session.turn,
            status: convert::conversation_status(handoff.is_some()) as i32,
            flows: session.stack.iter().filter_map(place).collect(),
            wake_at_ms: session.wake_at_ms,
            handoff,
            attachments: session.attachments.iter().map(convert::attached).collect(),
            session: session.id,
            channel: session.channel,
        })
    }

    async fn list(
        &self,
        caller: &Caller,
        asked: v1::ListRepliesRequest,
    ) -> Result<v1::ListRepliesResponse, Problem> {
        let id = checked_id("session", &asked.session)?;
        self.0.0.sees(caller, &id).await?;
        let dispatch = &self.0.0.dispatch;
        let found = dispatch.replies_after(&id, asked.after).await?;
        if found.is_empty() && dispatch.session(&id).await?.is_none() {
            return Err(Problem::no_session(&id));
        }
        let most = match usize::try_from(asked.limit).unwrap_or(GRPC_REPLIES_MAX) {
            0 => GRPC_REPLIES_USUAL,
            most => most.min(GRPC_REPLIES_MAX),
        };
        let mut bytes = 0;
        let (mut replies, mut has_more) = (Vec::new(), false);
        for stored in &found {
            let reply = convert::reply(stored);
            bytes += reply.encoded_len();
            // One is given however long it is: otherwise nobody would get past it.
            has_more =
                replies.len() == most || (bytes > GRPC_REPLIES_BYTES_MAX && !replies.is_empty());
            if has_more {
                break;
            }
            replies.push(reply);
        }
        Ok(v1::ListRepliesResponse { replies, has_more })
    }

    async fn agent(
        &self,
        caller: &Caller,
        asked: v1::ActRequest,
    ) -> Result<v1::ActResponse, Problem> {
        let session = checked_id("session", &asked.session)?;
        let id = checked_id("move", &asked.id)?;
        let then = then(asked.then(), asked.outcome())?;
        let v1::ActRequest { agent, text, handoff_at_ms, .. } = asked;
        if text.is_empty() && then == Then::Stay {
            return Err(Problem::new(400, "the move does nothing")
                .with_help("send `text`, or `then` as THEN_BOT or THEN_CLOSE"));
        }
        let text = (!text.is_empty()).then(|| checked_text(text, false)).transpose()?;
        let name = checked_name(agent)?;
        let done = AgentMove { id: id.clone(), name, text, then, handoff_at_ms, by: None };
        self.0.0.sees(caller, &session).await?;
        let answer = self.0.0.dispatch.agent(&session, done).await?;
        let Answer { turn, replies, repeated, handed_off } = answer;
        Ok(v1::ActResponse {
            session,
            id,
            turn,
            replies: convert::replies(&replies),
            is_repeat: repeated,
            status: convert::conversation_status(handed_off) as i32,
        })
    }
}

fn then(then: v1::Then, outcome: v1::Outcome) -> Result<Then, Problem> {
    let outcome = match outcome {
        v1::Outcome::Unspecified => None,
        v1::Outcome::Resolved => Some(Outcome::Resolved),
        v1::Outcome::Unresolved => Some(Outcome::Unresolved),
        v1::Outcome::Cancelled => Some(Outcome::Cancelled),
    };
    match (then, outcome) {
        (v1::Then::Unspecified | v1::Then::Stay, None) => Ok(Then::Stay),
        (v1::Then::Bot, None) => Ok(Then::Bot),
        (v1::Then::Close, outcome) => Ok(Then::Close(outcome.unwrap_or(Outcome::Resolved))),
        (_, Some(_)) => Err(Problem::new(400, "only what is closed has an `outcome`")
            .with_help("send `then` as THEN_CLOSE, or leave `outcome` out")),
    }
}

/// Who writes, and by which channel.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) channel: String,
    /// Empty where it is not known.
    language: String,
    customer: Option<Json>,
}

impl Writer {
    /// From what a caller says of it; empty texts say nothing.
    pub(super) fn of(
        app: &App,
        caller: &Caller,
        channel: String,
        tag: String,
        customer: Option<Struct>,
    ) -> Result<Self, Problem> {
        let name = (!channel.is_empty()).then_some(channel.as_str());
        if customer.is_some() {
            app.0.grant(caller, Right::Vouch)?;
        }
        Ok(Self {
            channel: app.0.channel_of(caller, "grpc", name)?.name,
            language: match tag.is_empty() {
                true => tag,
                false => language(&tag)?.to_string(),
            },
            customer: customer.map(convert::profile).transpose()?,
        })
    }

    /// Her address on the channel, where no session is named: what the caller calls her, or her id.
    fn address(&self, sender: String) -> Result<String, Problem> {
        messages::sender(Some(sender), self.customer.as_ref()).ok_or_else(|| {
            Problem::new(400, "it says nothing of whose message it is").with_help(
                "send `session`, or `sender`, any name that you know her by, or `customer` with its `id`",
            )
        })
    }

    /// What she says, within limits, in a session that is named, or in hers.
    pub(super) fn says(
        &self,
        session: &str,
        address: String,
        said: v1::TalkMessage,
    ) -> Result<v1::Envelope, Problem> {
        let v1::TalkMessage { id, text, payload, attachments } = said;
        if id.is_empty() {
            return Err(Problem::new(400, "the message has no id")
                .with_help("send `id`: the same id is never carried out twice"));
        }
        let payload = checked_text(payload, true)?;
        let vouched = self.customer.as_ref().map(Json::to_string).map(Proves::VouchedProfile);
        let channel = self.channel.clone();
        let from = v1::Identity { channel: channel.clone(), address, ..v1::Identity::default() };
        Ok(v1::Envelope {
            id: checked_id("message", &id)?,
            channel,
            from: Some(from),
            text: checked_text(text, !payload.is_empty() || !attachments.is_empty())?,
            attachments: attachments.into_iter().map(messages::named).collect(),
            payload,
            language: self.language.clone(),
            proofs: vouched.map(|kind| v1::Proof { kind: Some(kind) }).into_iter().collect(),
            conversation: session.to_owned(),
            ..v1::Envelope::default()
        })
    }

    /// Her, without a word.
    pub(super) fn silent(&self) -> Incoming {
        Incoming {
            id: String::new(),
            channel: self.channel.clone(),
            text: String::new(),
            payload: None,
            customer: self.customer.clone(),
            lang: flowright_nlu::lang::Lang::parse(&self.language),
            reply_to: None,
            customer_id: None,
            attachments: Vec::new(),
            from: None,
        }
    }
}
