//! A project's declarations by name, as its trees have them.

mod choices;
mod flows;
mod tests;

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use flowright_compiler::base::{FileId, FileSpan, Span};
use flowright_compiler::sema::File;
use flowright_compiler::syntax::ast::{
    Action, Decl, DeclKind, Field, Flow, Intent, Name, NamedText, Slot,
};

use self::flows::Flows;

use super::symbols::{Kind, Scope, Symbol, Ty, customer_owner, param_owner, slot_owner, ty_of};

/// Where a declaration is: the number of its file and its own in there.
type Place = (usize, usize);

/// Declarations by kind and name. A project's own go before a standard module's, and replace those of
/// the same name.
#[derive(Debug, Default)]
pub struct Model {
    files: Vec<File>,
    by_name: HashMap<(Kind, String), Place>,
    /// Standard declarations that the project has its own in place of.
    replaced: HashSet<Place>,
    /// The customer's declaration.
    customer: Option<Place>,
    /// What flows are asked by.
    of_flows: Flows,
}

impl Model {
    /// The declarations of these files.
    #[must_use]
    pub fn new(files: Vec<File>) -> Self {
        let mut by_name: HashMap<(Kind, String), Place> = HashMap::new();
        let (mut replaced, mut customer) = (HashSet::new(), None);
        let mut of_flows = Flows::default();
        let own = (0..).zip(&files).filter(|(_, file)| !file.is_std);
        let std = (0..).zip(&files).filter(|(_, file)| file.is_std);
        for (number, file) in own.chain(std) {
            for (place, decl) in (0..).zip(&file.parsed.decls).map(|(i, decl)| ((number, i), decl))
            {
                if let Some((kind, name)) = declared(&decl.node.kind) {
                    match by_name.entry((kind, name.text.clone())) {
                        Entry::Vacant(free) => _ = free.insert(place),
                        Entry::Occupied(first) => {
                            let first = files.get(first.get().0);
                            if file.is_std && first.is_some_and(|first| !first.is_std) {
                                replaced.insert(place);
                                continue;
                            }
                        }
                    }
                }
                match &decl.node.kind {
                    DeclKind::Customer(_) => customer = customer.or(Some(place)),
                    DeclKind::Flow(flow) => of_flows.add(place, flow),
                    _ => {}
                }
            }
        }
        Self { files, by_name, replaced, customer, of_flows }
    }

    /// The files, the project's before the standard modules'.
    #[must_use]
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The file of that id.
    #[must_use]
    pub fn file(&self, id: FileId) -> Option<&File> {
        self.files.get(id.0 as usize).filter(|file| file.id == id)
    }

    /// Every declaration with its file, but for those that are replaced.
    pub fn decls(&self) -> impl Iterator<Item = (&File, &Decl)> {
        let all = (0..).zip(&self.files).flat_map(|(number, file)| {
            (0..).zip(&file.parsed.decls).map(move |(i, decl)| ((number, i), file, decl))
        });
        let counts = all.filter(|(place, ..)| !self.replaced.contains(place));
        counts.map(|(_, file, decl)| (file, decl))
    }

    /// Whether the project has a declaration of its own in place of a standard one of that name.
    #[must_use]
    pub fn replaces(&self, kind: Kind, name: &str) -> bool {
        let decls = self.replaced.iter().filter_map(|place| self.decl_of(*place));
        let mut named = decls.filter_map(|(_, decl)| declared(&decl.node.kind));
        named.any(|(known, own)| known == kind && own.text == name)
    }

    /// The declaration around an offset, its documentation and the blank behind it not included.
    #[must_use]
    pub fn decl_at(&self, file: FileId, offset: u32) -> Option<&Decl> {
        let decls = &self.file(file)?.parsed.decls;
        let around = |decl: &&Decl| {
            let span = decl.node.span.shifted(decl.origin);
            span.start <= offset && offset <= span.end
        };
        decls.iter().rfind(around)
    }

    /// The declaration of a name at top level.
    #[must_use]
    pub fn decl(&self, kind: Kind, name: &str) -> Option<(&File, &Decl)> {
        self.decl_of(*self.by_name.get(&(kind, name.to_owned()))?)
    }

    fn decl_of(&self, (file, decl): Place) -> Option<(&File, &Decl)> {
        let file = self.files.get(file)?;
        Some((file, file.parsed.decls.get(decl)?))
    }

    /// Whether there is a declaration of that name.
    #[must_use]
    pub fn declares(&self, kind: Kind, name: &str) -> bool {
        self.by_name.contains_key(&(kind, name.to_owned()))
    }

    /// Names of one kind with their declarations, sorted.
    #[must_use]
    pub fn names(&self, kind: Kind) -> Vec<(&str, &Decl)> {
        let of_kind = self.by_name.iter().filter(|((known, _), _)| *known == kind);
        let mut names: Vec<(&str, &Decl)> = of_kind
            .filter_map(|((_, name), place)| Some((name.as_str(), self.decl_of(*place)?.1)))
            .collect();
        names.sort_by_key(|(name, _)| *name);
        names
    }

    /// The flow of that name.
    #[must_use]
    pub fn flow(&self, name: &str) -> Option<&Flow> {
        match &self.decl(Kind::Flow, name)?.1.node.kind {
            DeclKind::Flow(flow) => Some(flow),
            _ => None,
        }
    }

    /// The action of that name.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&Action> {
        match &self.decl(Kind::Action, name)?.1.node.kind {
            DeclKind::Action(action) => Some(action),
            _ => None,
        }
    }

    /// The text of that name.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&NamedText> {
        match &self.decl(Kind::Text, name)?.1.node.kind {
            DeclKind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The intent of that name.
    #[must_use]
    pub fn intent(&self, name: &str) -> Option<&Intent> {
        match &self.decl(Kind::Intent, name)?.1.node.kind {
            DeclKind::Intent(intent) => Some(intent),
            _ => None,
        }
    }

    /// The session slot of that name, with its declaration.
    #[must_use]
    pub fn session_slot(&self, name: &str) -> Option<(&Decl, &Slot)> {
        let (_, decl) = self.decl(Kind::SessionSlot, name)?;
        match &decl.node.kind {
            DeclKind::Slot(slot) => Some((decl, slot)),
            _ => None,
        }
    }

    /// The customer's declaration.
    #[must_use]
    pub fn customer(&self) -> Option<(&File, &Decl)> {
        self.decl_of(self.customer?)
    }

    /// The first declaration that is so.
    #[must_use]
    pub fn first(&self, is: impl Fn(&DeclKind) -> bool) -> Option<(&File, &Decl)> {
        self.decls().find(|(_, decl)| is(&decl.node.kind))
    }

    /// The type of a slot of the session, a field of the customer, or what is bound in a flow.
    #[must_use]
    pub fn ty(&self, symbol: &Symbol) -> Option<Ty> {
        match symbol.kind {
            Kind::CustomerField => {
                let field = self.customer_field(&symbol.name)?;
                Some(ty_of(&field.ty, &customer_owner(&symbol.name), ""))
            }
            Kind::Bind => {
                let scope = Scope::of_flow(self, self.flow(&symbol.owner)?);
                scope.locals.get(&symbol.name).map(|(_, ty)| ty.clone())
            }
            _ => Scope::default().first(self, &symbol.name).map(|(_, ty)| ty),
        }
    }

    /// The fields of the customer.
    #[must_use]
    pub fn customer_fields(&self) -> &[Field] {
        match self.customer().map(|(_, decl)| &decl.node.kind) {
            Some(DeclKind::Customer(customer)) => &customer.fields,
            _ => &[],
        }
    }

    /// The field of the customer of that name.
    #[must_use]
    pub fn customer_field(&self, name: &str) -> Option<&Field> {
        self.customer_fields().iter().find(|field| field.name.text == name)
    }

    /// Parameters of an action.
    #[must_use]
    pub fn action_params(&self, name: &str) -> Vec<(Symbol, Ty)> {
        let params = self.action(name).map_or(&[][..], |action| &action.params);
        let of = |field: &Field| {
            let owner = param_owner(name, &field.name.text);
            (Symbol::inside(Kind::Param, name, &field.name.text), ty_of(&field.ty, &owner, ""))
        };
        params.iter().map(of).collect()
    }

    /// Parameters of a named text.
    #[must_use]
    pub fn text_params(&self, name: &str) -> Vec<(Symbol, Ty)> {
        let params = self.text(name).map_or(&[][..], |text| &text.params);
        let of = |field: &Field| {
            let owner = format!("text {name}.{}", field.name.text);
            (Symbol::inside(Kind::TextParam, name, &field.name.text), ty_of(&field.ty, &owner, ""))
        };
        params.iter().map(of).collect()
    }

    /// Slots of a flow.
    #[must_use]
    pub fn flow_slots(&self, name: &str) -> Vec<(Symbol, Ty)> {
        let slots = self.flow(name).map_or(&[][..], |flow| &flow.slots);
        let of = |slot: &Slot| {
            let owner = slot_owner(name, &slot.name.text);
            (Symbol::inside(Kind::Slot, name, &slot.name.text), ty_of(&slot.ty, &owner, ""))
        };
        slots.iter().map(of).collect()
    }

    /// A place in a declaration.
    #[must_use]
    pub fn at(file: &File, decl: &Decl, span: Span) -> FileSpan {
        FileSpan { file: file.id, span: span.shifted(decl.origin) }
    }
}

/// The kind and name of what is declared at top level, if it has a name.
#[must_use]
pub fn declared(decl: &DeclKind) -> Option<(Kind, &Name)> {
    Some(match decl {
        DeclKind::Bot(bot) => (Kind::Bot, bot.name.as_ref()?),
        DeclKind::Role(n) => (Kind::Role, &n.name),
        DeclKind::Channel(n) => (Kind::Channel, &n.name),
        DeclKind::Entity(n) => (Kind::Entity, &n.name),
        DeclKind::Intent(n) => (Kind::Intent, &n.name),
        DeclKind::Slot(n) => (Kind::SessionSlot, &n.name),
        DeclKind::Action(n) => (Kind::Action, &n.name),
        DeclKind::Skill(n) => (Kind::Skill, &n.name),
        DeclKind::Knowledge(n) => (Kind::Knowledge, &n.name),
        DeclKind::Experiment(n) => (Kind::Experiment, &n.name),
        DeclKind::Text(n) => (Kind::Text, &n.name),
        DeclKind::Flow(n) => (Kind::Flow, &n.name),
        _ => return None,
    })
}
