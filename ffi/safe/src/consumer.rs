//! Consumers.

use std::ffi::{c_char, c_void};
use std::ptr::{NonNull, null_mut};
use std::time::Duration;

use onsmq_ffi::{
    ons_action_t, ons_batch_consumer_new, ons_consumer_is_closed, ons_consumer_is_started,
    ons_consumer_new, ons_consumer_on_ready, ons_consumer_receive, ons_consumer_set_credentials,
    ons_consumer_shutdown, ons_consumer_start, ons_consumer_subscribe, ons_consumer_subscribe_sql,
    ons_consumer_t, ons_consumer_thread_nums, ons_consumer_unsubscribe, ons_consumer_waiting,
    ons_delivery_complete, ons_delivery_count, ons_delivery_free, ons_delivery_message,
    ons_delivery_message_at, ons_delivery_t, ons_destroy_fn, ons_error_t, ons_listener_fn,
    ons_order_consumer_new,
};

use crate::abi::{self, check, destroy, str_parts, userdata};
use crate::{Config, MessageView, Result};

/// What becomes of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// It is done with.
    CommitMessage,
    /// It is to come again later.
    ReconsumeLater,
}

impl Action {
    const fn number(self) -> u32 {
        match self {
            Self::CommitMessage => ons_action_t::ONS_ACTION_COMMIT_MESSAGE as u32,
            Self::ReconsumeLater => ons_action_t::ONS_ACTION_RECONSUME_LATER as u32,
        }
    }
}

/// A message, or a batch consumer's list of them, and its completion. Dropped uncompleted, it comes
/// again later.
#[derive(Debug)]
pub struct Delivery(NonNull<ons_delivery_t>);

// SAFETY: a delivery may be used and freed on any thread, by several at once but for its end.
unsafe impl Send for Delivery {}
// SAFETY: as above.
unsafe impl Sync for Delivery {}

impl Drop for Delivery {
    fn drop(&mut self) {
        // SAFETY: it is this one's, and used no more.
        unsafe { ons_delivery_free(self.0.as_ptr()) };
    }
}

impl Delivery {
    fn raw(&self) -> &ons_delivery_t {
        // SAFETY: it lives until this is dropped.
        unsafe { self.0.as_ref() }
    }

    /// The message, or the first of the list.
    #[must_use]
    pub fn message(&self) -> Option<MessageView<'_>> {
        ons_delivery_message(Some(self.raw())).map(MessageView)
    }

    /// All messages.
    pub fn messages(&self) -> impl ExactSizeIterator<Item = MessageView<'_>> {
        let all: Vec<_> = (0..ons_delivery_count(Some(self.raw())))
            .filter_map(|at| ons_delivery_message_at(Some(self.raw()), at).map(MessageView))
            .collect();
        all.into_iter()
    }

    /// The topic of the subscription that it came by.
    #[must_use]
    pub fn topic(&self) -> &str {
        self.raw().topic()
    }

    /// # Errors
    /// [`Error`](crate::Error), where it was completed before.
    pub fn complete(&self, action: Action) -> Result<()> {
        check(ons_delivery_complete(Some(self.raw()), action.number()))
    }
}

type SubscribeFn = unsafe extern "C" fn(
    Option<&ons_consumer_t>,
    *const c_char,
    usize,
    *const c_char,
    usize,
    ons_listener_fn,
    *mut c_void,
    ons_destroy_fn,
) -> Option<Box<ons_error_t>>;

/// What a subscription chooses by.
#[derive(Debug, Clone, Copy)]
pub enum Filter<'a> {
    /// Tags between `||`, or `*`.
    Tags(&'a str),
    /// A condition on user properties.
    Sql92(&'a str),
}

/// Consumes messages as a member of a group.
#[derive(Debug)]
pub struct Consumer(Box<ons_consumer_t>);

impl Consumer {
    /// # Errors
    /// [`Error`](crate::Error), for a wrong configuration.
    pub fn new(config: &Config) -> Result<Self> {
        abi::out(|out| ons_consumer_new(Some(&config.0), out)).map(Self)
    }

    /// A consumer of ordered messages.
    ///
    /// # Errors
    /// [`Error`](crate::Error), for a wrong configuration.
    pub fn ordered(config: &Config) -> Result<Self> {
        abi::out(|out| ons_order_consumer_new(Some(&config.0), out)).map(Self)
    }

    /// A consumer of lists of messages.
    ///
    /// # Errors
    /// [`Error`](crate::Error), for a wrong configuration.
    pub fn batch(config: &Config) -> Result<Self> {
        abi::out(|out| ons_batch_consumer_new(Some(&config.0), out)).map(Self)
    }

    /// Subscribes to a topic whose messages are [received](Self::receive).
    ///
    /// # Errors
    /// [`Error`](crate::Error).
    pub fn subscribe(&self, topic: &str, filter: Filter<'_>) -> Result<()> {
        let (function, text): (SubscribeFn, _) = match filter {
            Filter::Tags(text) => (ons_consumer_subscribe, text),
            Filter::Sql92(text) => (ons_consumer_subscribe_sql, text),
        };
        let ((topic, topic_len), (text, text_len)) = (str_parts(topic), str_parts(text));
        let this = Some(&*self.0);
        check(
            // SAFETY: both point to as many bytes as said.
            unsafe {
                function(
                    this,
                    topic,
                    topic_len,
                    text,
                    text_len,
                    None,
                    null_mut(),
                    None,
                )
            },
        )
    }

    /// # Errors
    /// [`Error`](crate::Error).
    pub fn unsubscribe(&self, topic: &str) -> Result<()> {
        let (topic, len) = str_parts(topic);
        // SAFETY: the pointer is to as many bytes as said.
        check(unsafe { ons_consumer_unsubscribe(Some(&self.0), topic, len) })
    }

    /// Waits until the brokers know this member.
    ///
    /// # Errors
    /// [`Error`](crate::Error).
    pub fn start(&self) -> Result<()> {
        check(ons_consumer_start(Some(&self.0)))
    }

    /// Waits for deliveries that are out, and commits.
    ///
    /// # Errors
    /// [`Error`](crate::Error).
    pub fn shutdown(&self) -> Result<()> {
        check(ons_consumer_shutdown(Some(&self.0)))
    }

    /// Has all requests from now on signed with other credentials.
    ///
    /// # Errors
    /// [`Error`](crate::Error).
    pub fn set_credentials(
        &self,
        access_key: &str,
        secret_key: &str,
        security_token: Option<&str>,
    ) -> Result<()> {
        let ((key, key_len), (secret, secret_len)) = (str_parts(access_key), str_parts(secret_key));
        let (token, token_len) = str_parts(security_token.unwrap_or_default());
        let this = Some(&*self.0);
        // SAFETY: each pointer is to as many bytes as said.
        check(unsafe {
            ons_consumer_set_credentials(this, key, key_len, secret, secret_len, token, token_len)
        })
    }

    /// Whether it was started and not shut down.
    #[must_use]
    pub fn is_started(&self) -> bool {
        ons_consumer_is_started(Some(&self.0))
    }

    /// Whether it was shut down.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        ons_consumer_is_closed(Some(&self.0))
    }

    /// Waits for deliveries, for ever without a limit, and takes up to `max`.
    ///
    /// # Errors
    /// [`Error`](crate::Error).
    pub fn receive(&self, max: usize, limit: Option<Duration>) -> Result<Vec<Delivery>> {
        let timeout_ms = limit.map_or(-1, |limit| i64::try_from(limit.as_millis()).unwrap_or(-1));
        // The array need not be longer than what waits, unless nothing does.
        let room = max.min(self.waiting().max(64));
        let mut pointers = vec![null_mut(); room];
        let count = abi::out(|count| {
            // SAFETY: the array has that much room.
            unsafe {
                ons_consumer_receive(
                    Some(&self.0),
                    room,
                    timeout_ms,
                    pointers.as_mut_ptr(),
                    count,
                )
            }
        })?;
        let written = pointers[..count].iter().copied();
        Ok(written.filter_map(NonNull::new).map(Delivery).collect())
    }

    /// Has `ready` called when messages come while none were waiting, and at shutdown, on a
    /// network thread. It must not block.
    ///
    /// # Errors
    /// [`Error`](crate::Error).
    pub fn on_ready<F: Fn() + Send + Sync + 'static>(&self, ready: F) -> Result<()> {
        unsafe extern "C" fn call<F: Fn()>(userdata: *mut c_void) {
            // SAFETY: made below for this `F`, and not destroyed while it may be called.
            let ready = unsafe { &*userdata.cast::<F>() };
            ready();
        }
        check(ons_consumer_on_ready(
            Some(&self.0),
            Some(call::<F>),
            userdata(ready),
            Some(destroy::<F>),
        ))
    }

    /// How many messages wait to be received.
    #[must_use]
    pub fn waiting(&self) -> usize {
        ons_consumer_waiting(Some(&self.0))
    }

    /// Most listener calls at once.
    #[must_use]
    pub fn thread_nums(&self) -> usize {
        ons_consumer_thread_nums(Some(&self.0))
    }
}
