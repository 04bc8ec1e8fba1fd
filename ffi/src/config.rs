//! `ons_config_t`.

use std::ffi::c_char;

use onsmq::{Config, Credentials, Result};

use crate::boundary::{arg, guard, guard_or, text};
use crate::error::ons_error_t;

/// Properties by name. One thread at a time. Whatever is made of it copies it, so the caller frees
/// it in any case.
#[derive(Debug, Default)]
pub struct ons_config_t(pub(crate) Config);

/// Makes a configuration without properties. Does not block.
#[unsafe(no_mangle)]
pub extern "C" fn ons_config_new() -> Box<ons_config_t> {
    Box::default()
}

/// Sets a property. Name and value are copied. Case and `_` do not count in names; the last value
/// counts. Whether the two are known and allowed is checked by what is made of the configuration.
/// Does not block.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT: `config` is NULL, or one of the texts is not UTF-8.
///
/// # Safety
/// `key` and `value` point to as many bytes as said.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_config_set(
    config: Option<&mut ons_config_t>,
    key: *const c_char,
    key_len: usize,
    value: *const c_char,
    value_len: usize,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let config = arg(config, "config")?;
        // SAFETY: as this function requires.
        let (key, value) =
            unsafe { (text(key, key_len, "key")?, text(value, value_len, "value")?) };
        config.0.insert(key, value);
        Ok(())
    })
}

/// Frees a configuration. NULL: nothing happens.
#[unsafe(no_mangle)]
pub extern "C" fn ons_config_free(config: Option<Box<ons_config_t>>) {
    guard_or((), || drop(config));
}

type Text = (*const c_char, usize);

/// Credentials as they come over the border; an empty token is none.
///
/// # Safety
/// Each pointer is to as many bytes as said.
pub(crate) unsafe fn credentials(
    (access_key, access_key_len): Text,
    (secret_key, secret_key_len): Text,
    (security_token, security_token_len): Text,
) -> Result<Credentials> {
    // SAFETY: as this function requires.
    let (access_key, secret_key, token) = unsafe {
        (
            text(access_key, access_key_len, "access_key")?,
            text(secret_key, secret_key_len, "secret_key")?,
            text(security_token, security_token_len, "security_token")?,
        )
    };
    let credentials = Credentials::new(access_key, secret_key);
    Ok(match token.is_empty() {
        true => credentials,
        false => credentials.security_token(token),
    })
}
