//! Where a flow can write to, beside where the customer wrote last: her own addresses, as the shell
//! tells them, and how long each takes a message.

use flowright_compiler::channels::table;
use flowright_compiler::ir::{ChannelDef, EmitDef, Inst, Program, Space, turn};
use flowright_nlu::value::Value;

use crate::limits::CONTACTS_MAX;
use crate::model::{Contact, Sender, Session};
use crate::stepper::Stepper;

impl Session {
    /// The address on a channel that she used last.
    #[must_use]
    pub fn contact(&self, channel: &str) -> Option<&Contact> {
        let there = self.contacts.iter().filter(|contact| contact.channel == channel);
        there.max_by_key(|contact| contact.heard_at_ms)
    }
}

impl Stepper<'_> {
    /// Which addresses are hers, all of them: of others nothing is kept.
    pub(crate) fn learn_contacts(&mut self, hers: Vec<Contact>) {
        let mut known = std::mem::take(&mut self.session.contacts);
        known.retain(|old| hers.iter().any(|new| is_same(old, new)));
        for new in hers {
            match known.iter_mut().find(|old| is_same(old, &new)) {
                Some(old) => old.reply_to = old.reply_to.take().or(new.reply_to),
                None => known.push(new),
            }
        }
        self.session.contacts = known;
        self.forget_oldest_contacts();
    }

    /// A message came from an address of hers.
    pub(crate) fn hear_from(&mut self, sender: Sender) {
        let Sender { address, reply_to } = sender;
        let channel = self.session.channel.clone();
        let new = Contact { channel, address, reply_to, heard_at_ms: self.now_ms };
        self.session.contacts.retain(|old| !is_same(old, &new));
        self.session.contacts.push(new);
        self.forget_oldest_contacts();
    }

    /// What another session of hers knows of her addresses; of one that both know, what is later.
    pub(crate) fn join_contacts(&mut self, others: Vec<Contact>) {
        let contacts = &mut self.session.contacts;
        for new in others {
            match contacts.iter_mut().find(|old| is_same(old, &new)) {
                Some(old) if old.heard_at_ms < new.heard_at_ms => *old = new,
                Some(_) => {}
                None => contacts.push(new),
            }
        }
        self.forget_oldest_contacts();
    }

    fn forget_oldest_contacts(&mut self) {
        let contacts = &mut self.session.contacts;
        contacts.sort_by_key(|contact| contact.heard_at_ms);
        let surplus = contacts.len().saturating_sub(CONTACTS_MAX);
        contacts.drain(..surplus);
    }

    /// Whether a message for the customer arrives on a channel: where she wrote last anyway, elsewhere
    /// where she has an address that still takes one.
    pub(crate) fn reaches(&self, channel: &ChannelDef) -> bool {
        if channel.name == self.session.channel {
            return true;
        }
        let window_ms = table::of_channel(channel).and_then(|row| row.window_ms);
        self.session.contact(&channel.name).is_some_and(|contact| {
            let open_until = window_ms.map(|ms| contact.heard_at_ms.saturating_add(ms));
            open_until.is_none_or(|end| self.now_ms < end)
        })
    }

    /// What `reachable on` asks.
    pub(crate) fn reachable(&self) -> Value {
        let channels = self.program.program.channels.iter().filter(|channel| self.reaches(channel));
        Value::List(channels.map(|channel| Value::Text(channel.name.clone())).collect())
    }
}

fn is_same(one: &Contact, other: &Contact) -> bool {
    one.channel == other.channel && one.address == other.address
}

/// Whether a program says something on a channel of its choice, or asks whether it can.
#[must_use]
pub fn writes_elsewhere(program: &Program) -> bool {
    let says = |emit: &EmitDef| matches!(emit, EmitDef::Say(say) if say.on.is_some());
    let asks = |inst: &Inst| matches!(inst, Inst::Load { place, .. } if place.space == Space::Turn && place.index == turn::REACHABLE);
    let mut insts = program.functions.iter().flat_map(|f| &f.blocks).flat_map(|b| &b.insts);
    program.emits.iter().any(says) || insts.any(asks)
}
