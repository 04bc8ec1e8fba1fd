//! Where the cluster is, and who the caller is.

use std::path::PathBuf;

use clap::Args;

/// What all commands take. No secret is on the command line: it is not a value of a flag, nor the
/// default of one.
#[derive(Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct ConnectionArgs {
    /// Take properties from this profile of the profile file
    #[arg(long, value_name = "NAME", global = true)]
    pub(crate) profile: Option<String>,
    /// The file of profiles, TOML, its owner's alone (mode 600)
    /// [default: ~/.config/onsmq/profile.toml]
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) profile_file: Option<PathBuf>,
    /// The account [environment: ONS_ACCESS_KEY]
    #[arg(long, value_name = "KEY", global = true)]
    pub(crate) access_key: Option<String>,
    /// A file with the account's secret, - for standard input
    /// [environment: ONS_SECRET_KEY, the secret itself]
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) secret_key_file: Option<PathBuf>,
    /// A file with the account's STS token
    /// [environment: ONS_SECURITY_TOKEN, the token itself]
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) security_token_file: Option<PathBuf>,
    /// Any property of docs/configuration.md; may be repeated
    #[arg(short, long, value_name = "KEY=VALUE", global = true)]
    pub(crate) config: Vec<String>,
    /// Refused: `ps` would show it.
    #[arg(long, hide = true, global = true, num_args = 0..=1)]
    pub(crate) secret_key: Option<Option<String>>,
    /// Refused: `ps` would show it.
    #[arg(long, hide = true, global = true, num_args = 0..=1)]
    pub(crate) security_token: Option<Option<String>>,
}
