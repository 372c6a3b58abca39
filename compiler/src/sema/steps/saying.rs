//! What a step says: texts, links, images and cards.

use crate::ir::ChannelId;
use crate::sema::cx::Checker;
use crate::sema::flows::FlowScope;
use crate::sema::hir;
use crate::sema::texts::Reader;
use crate::syntax::ast;

impl Checker<'_> {
    pub(super) fn say(&mut self, say: &ast::Say, cx: &FlowScope) -> Option<hir::Say> {
        let alone = say.links.is_empty() && say.images.is_empty() && say.card.is_none();
        let reader = if alone { Reader::Customer } else { Reader::Beside };
        let on = match &say.on {
            Some(name) => {
                self.lookup(|s| &s.channels, "channel", name).map(|on| Some(ChannelId(on)))
            }
            None => Some(None),
        };
        let text = self.text_ref(&say.text, &cx.scope, reader);
        let choices: Option<Vec<_>> =
            say.choices.iter().map(|c| self.text_ref(c, &cx.scope, Reader::Customer)).collect();
        let links = self.media(&say.links, cx);
        let images = self.media(&say.images, cx);
        let card = match &say.card {
            Some(card) => Some(hir::Card {
                title: self.text_ref(&card.title, &cx.scope, Reader::Customer)?,
                body: match &card.body {
                    Some(body) => Some(self.text_ref(body, &cx.scope, Reader::Customer)?),
                    None => None,
                },
                links: self.media(&card.links, cx)?,
                images: self.media(&card.images, cx)?,
            }),
            None => None,
        };
        Some(hir::Say {
            on: on?,
            text: text?,
            choices: choices?,
            links: links?,
            images: images?,
            card,
        })
    }

    fn media(&mut self, media: &[ast::Media], cx: &FlowScope) -> Option<Vec<hir::Media>> {
        let mut checked = Vec::new();
        for medium in media {
            self.leads_somewhere(&medium.url);
            let url = self.plain_text(&medium.url, &cx.scope)?;
            let label = match &medium.label {
                Some(label) => Some(self.text_ref(label, &cx.scope, Reader::Customer)?),
                None => None,
            };
            checked.push(hir::Media { url, label });
        }
        Some(checked)
    }
}
