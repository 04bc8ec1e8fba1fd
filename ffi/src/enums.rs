//! The enumerations, their names and the values of names.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use onsmq::{Action, Error, ErrorKind, OrderAction, Result, TransactionStatus};

use crate::boundary::{arg, guard, ons_view_t, put, text};
use crate::error::ons_error_t;

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum ons_action_t {
    /// It is done with.
    ONS_ACTION_COMMIT_MESSAGE = 0,
    /// It is to come again later.
    ONS_ACTION_RECONSUME_LATER = 1,
}

/// What becomes of an ordered message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum ons_order_action_t {
    /// It is done with: the next one of its queue may come.
    ONS_ORDER_ACTION_SUCCESS = 0,
    /// Its queue pauses for suspendTimeMillis, then it comes again.
    ONS_ORDER_ACTION_SUSPEND = 1,
}

/// The outcome of a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum ons_transaction_status_t {
    /// The message is delivered.
    ONS_TRANSACTION_STATUS_COMMIT_TRANSACTION = 0,
    /// The message is dropped.
    ONS_TRANSACTION_STATUS_ROLLBACK_TRANSACTION = 1,
    /// Not known yet: the broker asks the checker later.
    ONS_TRANSACTION_STATUS_UNKNOW = 2,
}

/// Who of a group gets a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum ons_message_model_t {
    /// Each member.
    ONS_MESSAGE_MODEL_BROADCASTING = 0,
    /// One member.
    ONS_MESSAGE_MODEL_CLUSTERING = 1,
}

/// The names of ons_message_model_t, whose values are only ever given by name.
const MESSAGE_MODELS: [(&str, ()); 2] = [("BROADCASTING", ()), ("CLUSTERING", ())];

/// Both kinds of action have the same numbers, and mean the same to a delivery.
pub(crate) fn action_of(number: u32) -> Result<Action> {
    let allowed = "0 (commit, success) or 1 (reconsume later, suspend)";
    numbered(&Action::VALUES, number)
        .map_or_else(|| no_value("action", number, allowed), |it| Ok(it.1))
}

pub(crate) fn transaction_status_of(number: u32) -> Result<TransactionStatus> {
    let allowed = "0 (commit), 1 (rollback) or 2 (unknown)";
    numbered(&TransactionStatus::VALUES, number)
        .map_or_else(|| no_value("status", number, allowed), |it| Ok(it.1))
}

fn no_value<T>(name: &str, number: u32, allowed: &str) -> Result<T> {
    Err(Error::new(
        ErrorKind::InvalidArgument,
        format!("argument `{name}` is {number}: {allowed} is allowed"),
    ))
}

/// The values of core's enumerations are numbered from 0 on.
fn numbered<T: Copy>(values: &[T], number: u32) -> Option<T> {
    values.get(usize::try_from(number).ok()?).copied()
}

fn name_of<T: Copy>(values: &[(&'static str, T)], number: u32) -> ons_view_t {
    ons_view_t::text(numbered(values, number).map(|(name, _)| name))
}

/// # Safety
/// `name` points to `len` bytes.
unsafe fn value_of<T>(
    values: &[(&str, T)],
    name: *const c_char,
    len: usize,
    out: Option<&mut MaybeUninit<u32>>,
) -> Option<Box<ons_error_t>> {
    guard(|| {
        let out = arg(out, "out")?;
        // SAFETY: as this function requires.
        let name = unsafe { text(name, len, "name") }?;
        let names: Vec<_> = values.iter().map(|(name, _)| *name).collect();
        let value = (0..).zip(&names).find(|(_, it)| **it == name);
        let (value, _) = value.ok_or_else(|| {
            let names = names.join(" or ");
            let message = format!("argument `name` is `{name}`: {names} is allowed");
            Error::new(ErrorKind::InvalidArgument, message)
        })?;
        put(out, value);
        Ok(())
    })
}

/// The vendor's name of one of ons_action_t, or nothing for a number that is none. Lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn ons_action_name(value: u32) -> ons_view_t {
    name_of(&Action::VALUES, value)
}

/// The one of ons_action_t that has exactly this name.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT with the names that there are.
///
/// # Safety
/// `name` points to as many bytes as said.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_action_value_of(
    name: *const c_char,
    name_len: usize,
    out: Option<&mut MaybeUninit<u32>>,
) -> Option<Box<ons_error_t>> {
    // SAFETY: as this function requires.
    unsafe { value_of(&Action::VALUES, name, name_len, out) }
}

/// The vendor's name of one of ons_order_action_t, or nothing for a number that is none. Lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn ons_order_action_name(value: u32) -> ons_view_t {
    name_of(&OrderAction::VALUES, value)
}

/// The one of ons_order_action_t that has exactly this name.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT with the names that there are.
///
/// # Safety
/// `name` points to as many bytes as said.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_order_action_value_of(
    name: *const c_char,
    name_len: usize,
    out: Option<&mut MaybeUninit<u32>>,
) -> Option<Box<ons_error_t>> {
    // SAFETY: as this function requires.
    unsafe { value_of(&OrderAction::VALUES, name, name_len, out) }
}

/// The vendor's name of one of ons_transaction_status_t, or nothing for a number that is none. Lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn ons_transaction_status_name(value: u32) -> ons_view_t {
    name_of(&TransactionStatus::VALUES, value)
}

/// The one of ons_transaction_status_t that has exactly this name.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT with the names that there are.
///
/// # Safety
/// `name` points to as many bytes as said.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_transaction_status_value_of(
    name: *const c_char,
    name_len: usize,
    out: Option<&mut MaybeUninit<u32>>,
) -> Option<Box<ons_error_t>> {
    // SAFETY: as this function requires.
    unsafe { value_of(&TransactionStatus::VALUES, name, name_len, out) }
}

/// The vendor's name of one of ons_message_model_t, or nothing for a number that is none. Lives for ever.
#[unsafe(no_mangle)]
pub extern "C" fn ons_message_model_name(value: u32) -> ons_view_t {
    name_of(&MESSAGE_MODELS, value)
}

/// The one of ons_message_model_t that has exactly this name.
///
/// # Errors
/// ONS_CODE_INVALID_ARGUMENT with the names that there are.
///
/// # Safety
/// `name` points to as many bytes as said.
#[must_use = "an error is to be looked at, and freed"]
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ons_message_model_value_of(
    name: *const c_char,
    name_len: usize,
    out: Option<&mut MaybeUninit<u32>>,
) -> Option<Box<ons_error_t>> {
    // SAFETY: as this function requires.
    unsafe { value_of(&MESSAGE_MODELS, name, name_len, out) }
}
