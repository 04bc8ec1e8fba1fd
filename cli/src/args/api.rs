//! `onsmq api`: commands, flags, allowed values and help come from the library's one table of
//! operations.

use super::{WIDTH, pair};
use crate::output::wrapped;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use onsmq::openapi::{OPERATIONS, Operation, Parameter, ParameterKind, SECTIONS, Section};

/// The parameter of operations that have pages.
pub(crate) const CURRENT_PAGE: &str = "currentPage";

const ABOUT: &str = "Ask the console's Open API: topics, groups, messages, backlogs, grants";
const CALL: &str = "call";

/// What is asked of the console.
pub(crate) struct ApiArgs {
    pub(crate) endpoint: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) json: bool,
    pub(crate) asked: Asked,
}

/// An operation and its parameters.
pub(crate) struct Asked {
    pub(crate) operation: String,
    pub(crate) parameters: Vec<(String, String)>,
}

impl Args for ApiArgs {
    fn augment_args(command: Command) -> Command {
        let sections = SECTIONS.iter().map(section);
        command
            .about(ABOUT)
            .subcommand_required(true)
            .arg_required_else_help(true)
            .args(flags())
            .subcommands(sections)
            .subcommand(call())
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// What all operations take.
fn flags() -> [Arg; 3] {
    let flag = |name: &'static str, help: &'static str| {
        let arg = Arg::new(name).long(name).help(help).global(true);
        arg.help_heading("Console options")
    };
    [
        flag(
            "endpoint",
            "Where the console is [environment: ONS_ENDPOINT]",
        )
        .value_name("URL"),
        flag(
            "region",
            "The region that is asked about [environment: ONS_REGION_ID]",
        )
        .value_name("ID"),
        flag("json", "Print the answer as JSON, a line for each page").action(ArgAction::SetTrue),
    ]
}

fn section(section: &Section) -> Command {
    let operations = OPERATIONS.iter().filter(|it| it.section == section.name);
    Command::new(section.name)
        .about(section.doc.trim_end_matches('.'))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands(operations.map(operation))
}

fn operation(operation: &'static Operation) -> Command {
    let after = match (operation.is_write, operation.has_pages()) {
        (true, _) => {
            Some("It changes something, so that it is sent once, and not again by itself.")
        }
        (_, true) => Some("Without --current-page, all pages are asked for."),
        _ => None,
    };
    let (_, path) = operation.name.split_once('/').unwrap_or_default();
    let command = Command::new(kebab(operation.method))
        .about(operation.doc)
        .override_usage(usage(operation))
        .args(operation.parameters.iter().map(parameter));
    let command = match after {
        Some(text) => command.after_help(text),
        None => command,
    };
    // As the guide spells it, too.
    match path == kebab(operation.method) {
        true => command,
        false => command.alias(path),
    }
}

/// What is needed, on lines that are not too long.
fn usage(operation: &Operation) -> String {
    let required = operation.parameters.iter().filter(|it| it.is_required);
    let flags = required.map(|it| format!(" --{} <{}>", kebab(it.name), value_name(it.kind)));
    let (section, method) = (operation.section, kebab(operation.method));
    let usage = format!(
        "onsmq api {section} {method}{} [OPTIONS]",
        flags.collect::<String>()
    );
    let label = "Usage: ".len();
    wrapped(&usage, &" ".repeat(label), WIDTH - label)
}

fn parameter(parameter: &'static Parameter) -> Arg {
    let flag = kebab(parameter.name);
    let arg = Arg::new(parameter.name)
        .long(flag.clone())
        .help(parameter.doc.trim_end_matches('.'))
        .required(parameter.is_required)
        .value_name(value_name(parameter.kind))
        .allow_negative_numbers(true);
    let arg = match parameter.name == flag {
        true => arg,
        false => arg.alias(parameter.name),
    };
    let arg = match parameter.name {
        CURRENT_PAGE => arg.visible_alias("page"),
        _ => arg,
    };
    match (parameter.allowed, parameter.kind) {
        ([], ParameterKind::Bool) => arg
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_parser(PossibleValuesParser::new(["true", "false"])),
        ([], _) => arg,
        (allowed, _) => arg.value_parser(PossibleValuesParser::new(allowed)),
    }
}

const fn value_name(kind: ParameterKind) -> &'static str {
    match kind {
        ParameterKind::Name => "NAME",
        ParameterKind::User => "ID",
        ParameterKind::Page | ParameterKind::Int32 | ParameterKind::Int64 => "NUMBER",
        ParameterKind::Bool => "BOOL",
        _ => "TEXT",
    }
}

fn call() -> Command {
    Command::new(CALL)
        .about("Any operation by its path, also one that is newer than this command")
        .arg(Arg::new("PATH").required(true).help("Such as topic/create"))
        .arg(
            Arg::new("NAME=VALUE")
                .num_args(0..)
                .value_parser(pair)
                .help("Parameters, by the console's own names"),
        )
}

/// `currentPage`, `ProducerId` and `list_in_page` as flags and commands are written.
fn kebab(name: &str) -> String {
    let mut kebab = String::new();
    for c in name.chars() {
        match c {
            '_' => kebab.push('-'),
            _ if c.is_ascii_uppercase() => {
                if !kebab.is_empty() {
                    kebab.push('-');
                }
                kebab.push(c.to_ascii_lowercase());
            }
            _ => kebab.push(c),
        }
    }
    kebab
}

impl FromArgMatches for ApiArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let text = |name: &str| matches.get_one::<String>(name).cloned();
        Ok(Self {
            endpoint: text("endpoint"),
            region: text("region"),
            json: matches.get_flag("json"),
            asked: asked(matches)?,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

fn asked(matches: &ArgMatches) -> Result<Asked, clap::Error> {
    match matches.subcommand() {
        Some((CALL, matches)) => by_path(matches),
        Some((section, matches)) => by_name(section, matches),
        None => None,
    }
    .ok_or_else(|| clap::Error::new(clap::error::ErrorKind::MissingSubcommand))
}

fn by_name(section: &str, matches: &ArgMatches) -> Option<Asked> {
    let (method, matches) = matches.subcommand()?;
    let mut operations = OPERATIONS.iter();
    let operation = operations.find(|it| it.section == section && kebab(it.method) == method)?;
    let given = operation.parameters.iter().filter_map(|it| {
        let value = matches.get_one::<String>(it.name)?;
        Some((it.name.to_owned(), value.clone()))
    });
    Some(Asked {
        operation: operation.name.to_owned(),
        parameters: given.collect(),
    })
}

fn by_path(matches: &ArgMatches) -> Option<Asked> {
    let pairs = matches.get_many::<(String, String)>("NAME=VALUE");
    Some(Asked {
        operation: matches.get_one::<String>("PATH")?.clone(),
        parameters: pairs.unwrap_or_default().cloned().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::kebab;

    #[test]
    fn names_become_flags() {
        for (name, flag) in [
            ("ProducerId", "producer-id"),
            ("currentPage", "current-page"),
            ("list_in_page", "list-in-page"),
            ("type", "type"),
            ("vSwitchId", "v-switch-id"),
        ] {
            assert_eq!(kebab(name), flag);
        }
    }
}
