//! The operations as data.

use super::pages::CURRENT_PAGE;
use super::table::operations;

/// An operation of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The section of the guide, such as `topic`.
    pub section: &'static str,
    /// Its path behind `/json/`, such as `topic/create`.
    pub name: &'static str,
    /// The method that asks for it, such as `create`: the same in all languages, by their spelling.
    pub method: &'static str,
    /// Whether it changes something: then it is never sent twice.
    pub is_write: bool,
    /// What its answer holds.
    pub answers: Answers,
    /// What it is for.
    pub doc: &'static str,
    /// What it takes, those first that it needs.
    pub parameters: &'static [Parameter],
}

/// A section of the guide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Section {
    /// Its name, such as `topic`.
    pub name: &'static str,
    /// What it is about.
    pub doc: &'static str,
}

/// What an answer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answers {
    /// Data.
    Json,
    /// Nothing but that it was done.
    Nothing,
}

/// A parameter of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parameter {
    /// As it is sent.
    pub name: &'static str,
    /// The argument that it is in methods, such as `instance_id`.
    pub argument: &'static str,
    /// What it takes.
    pub kind: ParameterKind,
    /// Whether it has to be given.
    pub is_required: bool,
    /// The values that are allowed; none where all of the kind are.
    pub allowed: &'static [&'static str],
    /// What it is for.
    pub doc: &'static str,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParameterKind {
    /// The name of a topic, a group or an instance: 1 to 255 characters of `a-z A-Z 0-9 - _`.
    Name,
    /// Text.
    Text,
    /// The id of an account, or its name.
    User,
    /// A page, or the size of one: a number from 1 on.
    Page,
    /// A number of 32 bits.
    Int32,
    /// A number of 64 bits.
    Int64,
    /// `true` or `false`.
    Bool,
}

macro_rules! data {
    ($($section:ident $type:ident $section_doc:literal {$(
        $method:ident $request:ident $name:literal $effect:ident $answers:ident $doc:literal
        ($($required:ident $required_kind:ident $required_name:literal
            [$($required_value:literal)*] $required_doc:literal)*)
        ($($optional:ident $optional_kind:ident $optional_name:literal
            [$($optional_value:literal)*] $optional_doc:literal)*)
    )*})*) => {
        /// Every section of the guide, in its order.
        pub const SECTIONS: &[Section] = &[$(Section {
            name: stringify!($section),
            doc: $section_doc,
        },)*];

        /// Every operation of the guide.
        pub const OPERATIONS: &[Operation] = &[$($(Operation {
            section: stringify!($section),
            name: $name,
            method: stringify!($method),
            is_write: Effect::$effect.is_write(),
            answers: Answers::$answers,
            doc: $doc,
            parameters: &[
                $(Parameter {
                    name: $required_name,
                    argument: stringify!($required),
                    kind: ParameterKind::$required_kind,
                    is_required: true,
                    allowed: &[$($required_value),*],
                    doc: $required_doc,
                },)*
                $(Parameter {
                    name: $optional_name,
                    argument: stringify!($optional),
                    kind: ParameterKind::$optional_kind,
                    is_required: false,
                    allowed: &[$($optional_value),*],
                    doc: $optional_doc,
                },)*
            ],
        },)*)*];
    };
}

/// Words of the table.
#[derive(Clone, Copy)]
enum Effect {
    Read,
    Write,
}

impl Effect {
    const fn is_write(self) -> bool {
        matches!(self, Self::Write)
    }
}

operations!(data);

impl Operation {
    /// The operation of a name, such as `topic/create`.
    #[must_use]
    pub fn find(name: &str) -> Option<&'static Self> {
        OPERATIONS.iter().find(|operation| operation.name == name)
    }

    /// Whether its answers come page by page.
    #[must_use]
    pub fn has_pages(&self) -> bool {
        self.parameter(CURRENT_PAGE).is_some()
    }

    /// The parameter of a name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|it| it.name == name)
    }
}
