//! A project's declarations by name, as its trees have them.

use std::collections::HashMap;

use flowright_compiler::base::{FileId, FileSpan, Span};
use flowright_compiler::sema::File;
use flowright_compiler::syntax::ast::{
    Action, Decl, DeclKind, Field, Flow, Intent, Name, NamedText, OptionDecl, Slot, Trigger,
    TypeExpr,
};

use super::symbols::{Kind, Scope, Symbol, Ty, customer_owner, param_owner, slot_owner, ty_of};

/// Where a declaration is: the number of its file and its own in there.
type Place = (usize, usize);

/// Declarations by kind and name. A project's own go before a standard module's.
#[derive(Debug, Default)]
pub struct Model {
    files: Vec<File>,
    by_name: HashMap<(Kind, String), Place>,
    /// The customer's declaration.
    customer: Option<Place>,
    /// Intents with the flow that each of them starts.
    starts: HashMap<String, Place>,
}

impl Model {
    /// The declarations of these files.
    #[must_use]
    pub fn new(files: Vec<File>) -> Self {
        let mut model = Self { files, ..Self::default() };
        let mut by_name = HashMap::new();
        let (mut starts, mut customer) = (HashMap::new(), None);
        let own = (0..).zip(&model.files).filter(|(_, file)| !file.is_std);
        let std = (0..).zip(&model.files).filter(|(_, file)| file.is_std);
        for (number, file) in own.chain(std) {
            for (place, decl) in (0..).zip(&file.parsed.decls).map(|(i, decl)| ((number, i), decl))
            {
                if let Some((kind, name)) = declared(&decl.node.kind) {
                    by_name.entry((kind, name.text.clone())).or_insert(place);
                }
                match &decl.node.kind {
                    DeclKind::Customer(_) => customer = customer.or(Some(place)),
                    DeclKind::Flow(flow) => {
                        for trigger in &flow.triggers {
                            if let Trigger::Intent { intent, .. } | Trigger::Repair { intent, .. } =
                                trigger
                            {
                                starts.entry(intent.text.clone()).or_insert(place);
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
        (model.by_name, model.starts, model.customer) = (by_name, starts, customer);
        model
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

    /// Every declaration with its file.
    pub fn decls(&self) -> impl Iterator<Item = (&File, &Decl)> {
        self.files.iter().flat_map(|file| file.parsed.decls.iter().map(move |decl| (file, decl)))
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
        let (file, decl) = self.by_name.get(&(kind, name.to_owned()))?;
        let file = self.files.get(*file)?;
        Some((file, file.parsed.decls.get(*decl)?))
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
            .filter_map(|((_, name), (file, decl))| {
                Some((name.as_str(), self.files.get(*file)?.parsed.decls.get(*decl)?))
            })
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

    /// The flow that an intent starts.
    #[must_use]
    pub fn flow_of_intent(&self, intent: &str) -> Option<&Flow> {
        let (file, decl) = self.starts.get(intent)?;
        match &self.files.get(*file)?.parsed.decls.get(*decl)?.node.kind {
            DeclKind::Flow(flow) => Some(flow),
            _ => None,
        }
    }

    /// All flows in the order of the text.
    pub fn flows(&self) -> impl Iterator<Item = &Flow> {
        self.decls().filter_map(|(_, decl)| match &decl.node.kind {
            DeclKind::Flow(flow) => Some(flow),
            _ => None,
        })
    }

    /// The names of the flows that have a state of that name.
    #[must_use]
    pub fn flows_with_state(&self, state: &str) -> Vec<&str> {
        let has = |flow: &&Flow| flow.states.iter().any(|own| own.name.text == state);
        self.flows().filter(has).map(|flow| flow.name.text.as_str()).collect()
    }

    /// The first flow that has one of these slots, those of the session aside.
    #[must_use]
    pub fn first_flow_with_slot(&self, names: &[&str]) -> Option<&Flow> {
        let names: Vec<&&str> =
            names.iter().filter(|name| self.session_slot(name).is_none()).collect();
        let has = |flow: &&Flow| {
            flow.slots.iter().any(|slot| names.iter().any(|name| **name == slot.name.text))
        };
        self.flows().find(has)
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
        let (file, decl) = self.customer?;
        let file = self.files.get(file)?;
        Some((file, file.parsed.decls.get(decl)?))
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

    /// The choices of an owner of choices, by its name in [`Ty::choices`].
    #[must_use]
    pub fn choices(&self, owner: &str) -> Vec<&Name> {
        self.options(owner).iter().map(|option| &option.name).collect()
    }

    /// The same with their words.
    #[must_use]
    pub fn options(&self, owner: &str) -> &[OptionDecl] {
        self.owner_of_choices(owner).and_then(options).unwrap_or(&[])
    }

    /// The declaration that an owner of choices is in, or is.
    #[must_use]
    pub fn decl_of_choices(&self, owner: &str) -> Option<(&File, &Decl)> {
        let (what, name) = owner.split_once(' ')?;
        let head = name.rsplit_once('.').map(|(head, _)| head);
        match what {
            "entity" => self.decl(Kind::Entity, name),
            "customer" => self.customer(),
            "slot" => {
                let of_flow = head.and_then(|flow| self.decl(Kind::Flow, flow));
                of_flow.or_else(|| self.decl(Kind::SessionSlot, name))
            }
            "param" => self.decl(Kind::Action, head?),
            "text" => self.decl(Kind::Text, head?),
            action => self.decl(Kind::Action, action),
        }
    }

    /// Whether an owner of choices has this one.
    #[must_use]
    pub fn has_choice(&self, owner: &str, name: &str) -> bool {
        self.choices(owner).iter().any(|choice| choice.text == name)
    }

    /// The type that has the choices, as it is written.
    fn owner_of_choices(&self, owner: &str) -> Option<&TypeExpr> {
        let (what, name) = owner.split_once(' ')?;
        match what {
            "entity" => match &self.decl(Kind::Entity, name)?.1.node.kind {
                DeclKind::Entity(entity) => Some(&entity.base),
                _ => None,
            },
            "customer" => {
                let field = self.customer_field(name)?;
                Some(&field.ty)
            }
            "slot" => {
                let of_flow = name.rsplit_once('.').and_then(|(flow, slot)| {
                    self.flow(flow)?.slots.iter().find(|own| own.name.text == slot)
                });
                let slot = of_flow.or_else(|| self.session_slot(name).map(|(_, slot)| slot))?;
                Some(&slot.ty)
            }
            "param" => {
                let (action, param) = name.rsplit_once('.')?;
                let params = &self.action(action)?.params;
                let param = params.iter().find(|own| own.name.text == param)?;
                Some(&param.ty)
            }
            "text" => {
                let (text, param) = name.rsplit_once('.')?;
                let params = &self.text(text)?.params;
                let param = params.iter().find(|own| own.name.text == param)?;
                Some(&param.ty)
            }
            // An action's name and the path to a field of its result.
            action => {
                let action = self.action(action)?;
                let mut ty = action.result.as_ref()?;
                for part in name.split('.') {
                    while let TypeExpr::List { item, .. } = ty {
                        ty = item;
                    }
                    let TypeExpr::Record { fields, .. } = ty else { return None };
                    ty = &fields.iter().find(|field| field.name.text == part)?.ty;
                }
                Some(ty)
            }
        }
    }

    /// A place in a declaration.
    #[must_use]
    pub fn at(file: &File, decl: &Decl, span: Span) -> FileSpan {
        FileSpan { file: file.id, span: span.shifted(decl.origin) }
    }
}

fn options(ty: &TypeExpr) -> Option<&[OptionDecl]> {
    match ty {
        TypeExpr::OneOf { options, .. } => Some(options),
        TypeExpr::List { item, .. } => options(item),
        _ => None,
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
