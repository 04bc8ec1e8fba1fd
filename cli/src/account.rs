//! Which properties count: those of the command line win over a profile that was asked for, that
//! over the environment, and that over the default profile.

use onsmq::{Config, Kind, Property};

use crate::args::ConnectionArgs;
use crate::exit::{Failure, Result};
use crate::profile::{self, Properties};
use crate::secret;

/// The environment's variables, by property.
const VARIABLES: [(&str, &str); 7] = [
    ("NAMESRV_ADDR", "NAMESRV_ADDR"),
    ("ONS_ADDR", "ONSAddr"),
    ("ONS_ACCESS_KEY", "AccessKey"),
    ("ONS_SECRET_KEY", "SecretKey"),
    ("ONS_SECURITY_TOKEN", "SecurityToken"),
    ("ONS_ENDPOINT", "Endpoint"),
    ("ONS_REGION_ID", "RegionId"),
];

/// Properties that are taken from one place, so that the token of one account does not go with the
/// key of another, and one cluster's address does not win over another's.
const ACCOUNT: &[&str] = &["AccessKey", "SecretKey", "SecurityToken"];
const ADDRESS: &[&str] = &["NAMESRV_ADDR", "ONSAddr"];

/// The configuration, where `given` are the properties that a command has flags of its own for.
pub(crate) fn config(args: &ConnectionArgs, given: &[(&str, Option<&str>)]) -> Result<Config> {
    let mut flags = flags(args)?;
    for (key, value) in given {
        flags.extend(value.map(|it| ((*key).to_owned(), it.to_owned())));
    }
    let profile = profile::read(args.profile_file.as_deref(), args.profile.as_deref())?;
    let is_asked_for = args.profile.is_some() || args.profile_file.is_some();
    let environment = environment();
    Ok(match is_asked_for {
        true => merged(&flags, [&profile, &environment], &environment),
        false => merged(&flags, [&environment, &profile], &environment),
    })
}

fn merged(flags: &Properties, others: [&Properties; 2], environment: &Properties) -> Config {
    let [first, second] = others;
    let single = |(key, _): &&(String, String)| !is_of(ACCOUNT, key) && !is_of(ADDRESS, key);
    let singles = second.iter().chain(first).chain(flags).filter(single);
    // Who names the account by a flag has its secret in the environment.
    let account = match of(ACCOUNT, flags).next() {
        Some(_) => of(ACCOUNT, environment).chain(of(ACCOUNT, flags)).collect(),
        None => of_first(ACCOUNT, others),
    };
    let address = match of(ADDRESS, flags).next() {
        Some(_) => of(ADDRESS, flags).collect(),
        None => of_first(ADDRESS, others),
    };
    let all = singles.chain(account).chain(address);
    all.map(|(key, value)| (key, value)).collect()
}

fn of<'a>(
    together: &'a [&str],
    properties: &'a Properties,
) -> impl Iterator<Item = &'a (String, String)> {
    properties.iter().filter(|(key, _)| is_of(together, key))
}

/// What the first has that has any.
fn of_first<'a>(together: &'a [&str], places: [&'a Properties; 2]) -> Vec<&'a (String, String)> {
    let mut all = places.map(|place| of(together, place).collect::<Vec<_>>());
    all.iter_mut()
        .find(|it| !it.is_empty())
        .map(std::mem::take)
        .unwrap_or_default()
}

fn is_of(together: &[&str], key: &str) -> bool {
    Property::find(key).is_some_and(|property| together.contains(&property.key))
}

fn environment() -> Properties {
    let value = |variable: &str| std::env::var(variable).ok().filter(|it| !it.is_empty());
    let found = VARIABLES
        .iter()
        .filter_map(|(variable, key)| Some(((*key).to_owned(), value(variable)?)));
    found.collect()
}

fn flags(args: &ConnectionArgs) -> Result<Properties> {
    let mut flags = Properties::new();
    for text in &args.config {
        flags.push(property(text)?);
    }
    if args.secret_key.is_some() || args.security_token.is_some() {
        return Err(in_sight("SecretKey", "--secret-key-file"));
    }
    let mut put = |key: &str, value: String| flags.push((key.to_owned(), value));
    if let Some(access_key) = &args.access_key {
        put("AccessKey", access_key.clone());
    }
    for (key, file) in [
        ("SecretKey", &args.secret_key_file),
        ("SecurityToken", &args.security_token_file),
    ] {
        if let Some(file) = file {
            put(key, secret::from_file(file)?);
        }
    }
    Ok(flags)
}

/// `KEY=VALUE`. What is wrong with it is told without the value.
fn property(text: &str) -> Result<(String, String)> {
    let Some((key, value)) = text.split_once('=') else {
        return Err(Failure::misused(
            "--config takes KEY=VALUE, such as SendMsgTimeoutMillis=5000",
        ));
    };
    match Property::find(key) {
        Some(it) if it.kind == Kind::Secret => Err(in_sight(it.key, "--secret-key-file")),
        _ => Ok((key.to_owned(), value.to_owned())),
    }
}

fn in_sight(key: &str, flag: &str) -> Failure {
    Failure::misused(format!(
        "{key} is not taken on the command line, where everybody sees it (ps): give it by {flag}, \
         in the environment (ONS_SECRET_KEY, ONS_SECURITY_TOKEN), or in a profile"
    ))
}

#[cfg(test)]
mod tests {
    use super::{Properties, merged, property};

    fn properties(given: &[(&str, &str)]) -> Properties {
        given
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn shown(
        flags: &[(&str, &str)],
        others: [&[(&str, &str)]; 2],
        environment: usize,
    ) -> Vec<String> {
        let others = others.map(properties);
        let config = merged(&properties(flags), others.each_ref(), &others[environment]);
        let mut shown: Vec<_> = config
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        shown.sort();
        shown
    }

    #[test]
    fn an_account_is_taken_from_one_place() {
        let whole = [
            ("AccessKey", "p"),
            ("secret_key", "ps"),
            ("SecurityToken", "pt"),
        ];
        let keys = [("AccessKey", "e"), ("SecretKey", "es")];
        assert_eq!(
            shown(&[], [&keys, &whole], 0),
            ["AccessKey=e", "SecretKey=es"]
        );
        assert_eq!(
            shown(&[], [&whole, &keys], 1),
            ["AccessKey=p", "SecurityToken=pt", "secret_key=ps"]
        );
        assert_eq!(
            shown(&[("AccessKey", "f")], [&whole, &[("SecretKey", "es")]], 1),
            ["AccessKey=f", "SecretKey=es"]
        );
    }

    #[test]
    fn an_address_wins_over_those_of_other_places_and_the_rest_is_merged() {
        let far = [
            ("NAMESRV_ADDR", "far:1"),
            ("RegionId", "r"),
            ("GROUP_ID", "GID_far"),
        ];
        let told = [("ONSAddr", "http://told"), ("GroupId", "GID_told")];
        assert_eq!(
            shown(&[], [&told, &far], 1),
            ["GroupId=GID_told", "ONSAddr=http://told", "RegionId=r"]
        );
        assert_eq!(
            shown(&[("namesrv-addr", "flag:1")], [&told, &far], 1),
            ["GroupId=GID_told", "RegionId=r", "namesrv-addr=flag:1"]
        );
    }

    #[test]
    fn secrets_are_not_taken_as_properties() {
        for text in ["SecretKey=hidden", "security_token=hidden"] {
            let failure = format!("{:?}", property(text).expect_err(text));
            assert!(
                failure.contains("ps") && !failure.contains("hidden"),
                "{failure}"
            );
        }
    }
}
