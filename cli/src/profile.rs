//! Profiles: properties by name in a file that only its owner may read.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::exit::{Failure, Result};
use crate::secret::private;

/// The profile that is taken unless another is asked for.
const DEFAULT: &str = "default";

/// Properties as a profile gives them.
pub(crate) type Properties = Vec<(String, String)>;

/// Reads a profile. What was not asked for, by file or by name, need not be there.
pub(crate) fn read(file: Option<&Path>, name: Option<&str>) -> Result<Properties> {
    let is_needed = file.is_some() || name.is_some();
    let Some(path) = file.map(Path::to_owned).or_else(default_file) else {
        return match is_needed {
            true => Err(Failure::misused(
                "there is no home folder: give --profile-file",
            )),
            false => Ok(Properties::new()),
        };
    };
    if !is_needed && !exists(&path) {
        return Ok(Properties::new());
    }
    let mut text = String::new();
    private(&path)?
        .read_to_string(&mut text)
        .map_err(|error| Failure::io(path.display(), &error))?;
    let profiles = parse(&text).map_err(|why| wrong(&path, &why))?;
    match profiles.get(name.unwrap_or(DEFAULT)) {
        Some(Value::Table(profile)) => properties(profile).map_err(|why| wrong(&path, &why)),
        _ if name.is_none() => Ok(Properties::new()),
        _ => Err(wrong(&path, &unknown(name.unwrap_or(DEFAULT), &profiles))),
    }
}

/// `onsmq/profile.toml` where the platform keeps configuration.
fn default_file() -> Option<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|it| !it.is_empty());
    let folder = match cfg!(windows) {
        true => variable("APPDATA").map(PathBuf::from),
        false => variable("XDG_CONFIG_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(PathBuf::from(variable("HOME")?).join(".config"))),
    };
    Some(folder?.join("onsmq").join("profile.toml"))
}

/// What cannot be looked at is there: reading it says what is wrong.
fn exists(path: &Path) -> bool {
    !path
        .metadata()
        .is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

fn wrong(path: &Path, why: &str) -> Failure {
    Failure::misused(format!("{}: {why}", path.display()))
}

/// What the parser says may quote the file, and so a secret: only the line's number is told.
fn parse(text: &str) -> Result<Table, String> {
    text.parse().map_err(|error: toml::de::Error| {
        let at = error.span().map_or(0, |it| it.start);
        let line = 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count();
        format!(
            "line {line} is not TOML: a profile is [name], and below it lines such as \
             NAMESRV_ADDR = \"host:9876\""
        )
    })
}

fn unknown(name: &str, profiles: &Table) -> String {
    let names: Vec<_> = profiles.keys().map(String::as_str).collect();
    match names.is_empty() {
        true => format!("there is no profile [{name}], nor any other"),
        false => format!(
            "there is no profile [{name}]: there is {}",
            names.join(", ")
        ),
    }
}

fn properties(profile: &Table) -> Result<Properties, String> {
    let text = |(key, value): (&String, &Value)| match value {
        Value::String(text) => Ok((key.clone(), text.clone())),
        Value::Integer(number) => Ok((key.clone(), number.to_string())),
        Value::Boolean(truth) => Ok((key.clone(), truth.to_string())),
        _ => Err(format!(
            "property {key} is to be text, a whole number, true or false"
        )),
    };
    profile.iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::{parse, properties};

    #[test]
    fn values_are_text_numbers_and_truths() {
        let table = parse("a = 'x'\nb = 7\nc = true").expect("TOML");
        let given = properties(&table).expect("properties");
        let expected = [("a", "x"), ("b", "7"), ("c", "true")];
        assert_eq!(
            given,
            expected.map(|(key, value)| (key.to_owned(), value.to_owned()))
        );
        let table = parse("a = [1]").expect("TOML");
        assert!(
            properties(&table)
                .expect_err("a list")
                .contains("property a")
        );
    }

    #[test]
    fn what_is_no_toml_is_told_by_its_line_and_not_quoted() {
        for text in [
            "[default]\nSecretKey = hidden",
            "[default]\nSecretKey = 'hidden",
            "[default]\nSecretKey = \"hid\\den\"",
            "[default]\nhidden hidden",
        ] {
            let error = parse(text).expect_err(text);
            assert!(error.starts_with("line 2 "), "{error}");
            assert!(!error.contains("hid"), "{error}");
        }
    }
}
