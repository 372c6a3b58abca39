//! What a caller sends, as it arrives: messages have a size, and a time in which one that was begun
//! must be there, and those of all callers together have so much memory.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep};
use tonic::Status;

use super::status;
use crate::http::body::{Room, Taken};
use crate::http::problem::Problem;
use crate::limits::{BODY_TIMEOUT, GRPC_MESSAGE_BYTES_MAX};

/// Bytes before a message: whether it is compressed, and its length.
const PREFIX_BYTES: usize = 5;

/// The memory that a caller's message takes, for whoever has it to give back.
#[derive(Debug, Clone, Default)]
pub(super) struct Held(Arc<Mutex<Taken>>);

/// See the module.
#[derive(Debug)]
pub(super) struct Frames {
    body: Incoming,
    room: Room,
    held: Held,
    /// One message is all that comes, and soon.
    is_single: bool,
    at: At,
    /// Until when what was begun must be there.
    patience: Option<Pin<Box<Sleep>>>,
}

/// Where in what is sent we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// In the bytes before a message: how many were there, and the length as far as it is known.
    Prefix(usize, usize),
    /// So many bytes of a message are still to come.
    Message(usize),
}

const BETWEEN: At = At::Prefix(0, 0);

/// Messages are longer than we take.
#[derive(Debug, PartialEq, Eq)]
struct TooLong;

impl At {
    /// Behind more bytes, and how many of them belong to a message that is not all there.
    fn after(mut self, mut bytes: &[u8]) -> Result<(Self, usize), TooLong> {
        let mut open = bytes.len();
        while let Some((first, rest)) = bytes.split_first() {
            match self {
                Self::Prefix(seen, length) => {
                    // The first byte is a flag.
                    let length = if seen == 0 { 0 } else { (length << 8) | usize::from(*first) };
                    bytes = rest;
                    self = Self::Prefix(seen + 1, length);
                    if seen + 1 == PREFIX_BYTES {
                        if length > GRPC_MESSAGE_BYTES_MAX {
                            return Err(TooLong);
                        }
                        self = Self::Message(length);
                    }
                }
                Self::Message(left) => {
                    let part = left.min(bytes.len());
                    bytes = bytes.get(part..).unwrap_or_default();
                    self = Self::Message(left - part);
                }
            }
            if self == Self::Message(0) {
                self = BETWEEN;
                open = bytes.len();
            }
        }
        Ok((self, open))
    }
}

impl Frames {
    pub(super) fn new(body: Incoming, room: Room, held: Held, is_single: bool) -> Self {
        let patience = is_single.then(|| Box::pin(sleep(BODY_TIMEOUT)));
        Self { body, room, held, is_single, at: BETWEEN, patience }
    }

    /// Follows what came.
    fn follow(&mut self, bytes: &Bytes) -> Result<(), Status> {
        let (at, open) = self.at.after(bytes).map_err(|TooLong| {
            let limit = GRPC_MESSAGE_BYTES_MAX;
            Status::resource_exhausted(format!("the message is larger than {limit} bytes"))
        })?;
        let mut taken = self.held.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut more = bytes.len();
        if !self.is_single && open < bytes.len() {
            // What is all there is being read, and no more of it waits than fits a connection.
            *taken = Taken::default();
            more = open;
        }
        if !self.room.take(more, &mut taken) {
            return Err(status::of(&Problem::overloaded(
                "the server reads too much at the moment",
            )));
        }
        drop(taken);
        if !self.is_single {
            let begun = at != BETWEEN;
            if !begun || open < bytes.len() {
                self.patience = None;
            }
            // One that is over was not looked at: nobody read meanwhile, which is no fault of the caller.
            let is_over = |patience: &Pin<Box<Sleep>>| patience.deadline() <= Instant::now();
            if begun && self.patience.as_ref().is_none_or(is_over) {
                self.patience = Some(Box::pin(sleep(BODY_TIMEOUT)));
            }
        }
        self.at = at;
        Ok(())
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if let Poll::Ready(came) = Pin::new(&mut self.body).poll_frame(cx) {
            let Some(frame) = came else { return Poll::Ready(None) };
            let frame = frame.map_err(|error| Status::internal(error.to_string()));
            let followed = frame.and_then(|frame| match frame.data_ref() {
                Some(bytes) => self.follow(bytes).map(|()| frame),
                None => Ok(frame),
            });
            return Poll::Ready(Some(followed));
        }
        let Some(patience) = &mut self.patience else { return Poll::Pending };
        ready!(patience.as_mut().poll(cx));
        Poll::Ready(Some(Err(Status::deadline_exceeded("the message took too long to arrive"))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(length: usize) -> Vec<u8> {
        let mut bytes = vec![0];
        bytes.extend((length as u32).to_be_bytes());
        bytes.resize(PREFIX_BYTES + length, 7);
        bytes
    }

    /// However what is sent is cut, the same is open at the same place.
    #[test]
    fn messages_are_told_apart_however_they_are_cut() {
        let lengths = [0, 1, 300, 0, 70_000, 5];
        let all: Vec<u8> = lengths.iter().flat_map(|length| message(*length)).collect();
        let mut ends = vec![0];
        for length in lengths {
            ends.push(ends.last().copied().unwrap_or(0) + PREFIX_BYTES + length);
        }
        for size in [1, 2, 3, 4, 5, 6, 7, 299, 4_096, all.len()] {
            let (mut at, mut open, mut seen) = (BETWEEN, 0, 0);
            for part in all.chunks(size) {
                let (next, of_part) = at.after(part).unwrap();
                seen += part.len();
                open = if of_part < part.len() { of_part } else { open + of_part };
                let begun = ends.iter().rev().find(|end| **end <= seen).unwrap();
                assert_eq!(open, seen - begun, "{size} {seen}");
                assert_eq!(next == BETWEEN, *begun == seen, "{size} {seen}");
                at = next;
            }
            assert_eq!(at, BETWEEN, "{size}");
        }
    }

    #[test]
    fn a_message_that_is_too_long_is_known_by_its_first_bytes() {
        let mut prefix = vec![0];
        prefix.extend((GRPC_MESSAGE_BYTES_MAX as u32).to_be_bytes());
        assert_eq!(BETWEEN.after(&prefix), Ok((At::Message(GRPC_MESSAGE_BYTES_MAX), 5)));
        for length in [GRPC_MESSAGE_BYTES_MAX as u32 + 1, u32::MAX] {
            let mut prefix = vec![0];
            prefix.extend(length.to_be_bytes());
            assert_eq!(BETWEEN.after(&prefix), Err(TooLong));
        }
    }
}
