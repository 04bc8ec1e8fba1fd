//! The calls that are measured: librdkafka's own, since the crate's wrappers cost more than they.

use std::error::Error;
use std::ffi::CString;
use std::ptr;
use std::time::Duration;

use rdkafka::ClientContext;
use rdkafka::bindings::*;
use rdkafka::client::Client;
use rdkafka::types::RDKafkaRespErr;

type Outcome<T> = Result<T, Box<dyn Error>>;

/// A topic that can be sent to, for as long as its client lives.
pub(crate) struct Topic(*mut rd_kafka_topic_t);

impl Topic {
    pub(crate) fn new<C: ClientContext>(client: &Client<C>, name: &str) -> Outcome<Self> {
        let name = CString::new(name)?;
        // SAFETY: the client is alive, and the name is ended by a NUL.
        let topic =
            unsafe { rd_kafka_topic_new(client.native_ptr(), name.as_ptr(), ptr::null_mut()) };
        if topic.is_null() {
            return Err("no topic".into());
        }
        Ok(Self(topic))
    }

    /// Whether there was room for the message.
    pub(crate) fn produce(&self, partition: i32, body: &[u8]) -> Outcome<bool> {
        // SAFETY: the topic is alive, and the body is copied.
        let outcome = unsafe {
            rd_kafka_produce(
                self.0,
                partition,
                RD_KAFKA_MSG_F_COPY,
                body.as_ptr().cast_mut().cast(),
                body.len(),
                ptr::null(),
                0,
                ptr::null_mut(),
            )
        };
        if outcome == 0 {
            return Ok(true);
        }
        // SAFETY: of the call before, on this thread.
        match unsafe { rd_kafka_last_error() } {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__QUEUE_FULL => Ok(false),
            error => Err(format!("not sent: {error:?}").into()),
        }
    }
}

impl Drop for Topic {
    fn drop(&mut self) {
        // SAFETY: it is this object's, and not used after.
        unsafe { rd_kafka_topic_destroy(self.0) }
    }
}

/// What became of messages that were sent.
pub(crate) struct Reports {
    queue: *mut rd_kafka_queue_t,
    pub(crate) stored: usize,
}

impl Reports {
    pub(crate) fn new<C: ClientContext>(client: &Client<C>) -> Self {
        // SAFETY: the client is alive.
        let queue = unsafe { rd_kafka_queue_get_main(client.native_ptr()) };
        Self { queue, stored: 0 }
    }

    /// Takes what there is, or the first that comes in so many milliseconds.
    pub(crate) fn take(&mut self, timeout_ms: i32) -> Outcome<()> {
        let mut wait = timeout_ms;
        loop {
            // SAFETY: the queue is this object's; the event is destroyed below, once.
            let event = unsafe { rd_kafka_queue_poll(self.queue, wait) };
            if event.is_null() {
                return Ok(());
            }
            let failed = self.count(event);
            // SAFETY: nothing of it is used after.
            unsafe { rd_kafka_event_destroy(event) };
            if let Some(error) = failed {
                return Err(format!("not stored: {error:?}").into());
            }
            wait = 0;
        }
    }

    fn count(&mut self, event: *mut rd_kafka_event_t) -> Option<RDKafkaRespErr> {
        // SAFETY: the event is alive; one of another kind has no messages.
        while let Some(message) = unsafe { rd_kafka_event_message_next(event).as_ref() } {
            if message.err != RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR {
                return Some(message.err);
            }
            self.stored += 1;
        }
        None
    }
}

impl Drop for Reports {
    fn drop(&mut self) {
        // SAFETY: it is this object's, and not used after.
        unsafe { rd_kafka_queue_destroy(self.queue) }
    }
}

/// What comes for a consumer that has its partitions.
pub(crate) struct Received {
    client: *mut rd_kafka_t,
    queue: *mut rd_kafka_queue_t,
    came: Vec<*mut rd_kafka_message_t>,
}

impl Received {
    /// Takes up to `many` messages at once.
    pub(crate) fn new<C: ClientContext>(client: &Client<C>, many: usize) -> Self {
        let client = client.native_ptr();
        Self {
            client,
            // SAFETY: the client is alive.
            queue: unsafe { rd_kafka_queue_get_consumer(client) },
            came: vec![ptr::null_mut(); many],
        }
    }

    /// Takes messages, and answers how many.
    pub(crate) fn take(&mut self, patience: Duration) -> Outcome<usize> {
        let count = self.receive(i32::try_from(patience.as_millis())?);
        if count == 0 {
            return Err("no message came".into());
        }
        for &message in &self.came[..count] {
            // SAFETY: librdkafka gave it to us, and it is destroyed once.
            let error = unsafe {
                let error = (*message).err;
                rd_kafka_message_destroy(message);
                error
            };
            if error != RDKafkaRespErr::RD_KAFKA_RESP_ERR_NO_ERROR {
                return Err(format!("no message: {error:?}").into());
            }
        }
        Ok(count)
    }

    fn receive(&mut self, timeout_ms: i32) -> usize {
        if self.came.len() == 1 {
            // SAFETY: the client is alive.
            self.came[0] = unsafe { rd_kafka_consumer_poll(self.client, timeout_ms) };
            return usize::from(!self.came[0].is_null());
        }
        let (room, len) = (self.came.as_mut_ptr(), self.came.len());
        // SAFETY: the queue is this object's, and there is room for as many messages.
        let count = unsafe { rd_kafka_consume_batch_queue(self.queue, timeout_ms, room, len) };
        usize::try_from(count).unwrap_or(0)
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        // SAFETY: it is this object's, and not used after.
        unsafe { rd_kafka_queue_destroy(self.queue) }
    }
}
