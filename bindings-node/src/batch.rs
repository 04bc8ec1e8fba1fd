//! Received messages on their way to JavaScript: the parts of many in a few arrays, which costs a
//! tenth of as many objects.

use napi::bindgen_prelude::{Array, BufferSlice, Float64ArraySlice};
use napi::{Env, Result};
use napi_derive::napi;
use onsmq_ffi_safe::{Check, Delivery, MessageView};
use slab::Slab;

/// Bodies that are smaller share a buffer: one for each costs more than it holds.
const SMALL: usize = 4096;

/// What JavaScript has in hand until it says what becomes of it.
pub(crate) trait Taken {
    fn messages(&self) -> impl Iterator<Item = MessageView<'_>>;
}

impl Taken for Delivery {
    fn messages(&self) -> impl Iterator<Item = MessageView<'_>> {
        Self::messages(self)
    }
}

impl Taken for Check {
    fn messages(&self) -> impl Iterator<Item = MessageView<'_>> {
        self.message().into_iter()
    }
}

/// Messages of one topic. Large bodies are copied once, out of the frame that carried them.
#[napi(object, object_from_js = false)]
pub struct Batch<'env> {
    pub topic: String,
    /// Of each message: the number of what it was taken in, reconsume times, born and store
    /// timestamps, queue, offset, when it is to be delivered (0: at once), where its body begins and
    /// ends in `small`, and which ones of `texts` it has: id, tag, key, sharding key, born host,
    /// broker, and the user properties, each with U+0001 after its name and U+0002 after its value,
    /// as they travel. Those of a list follow each other.
    pub numbers: Float64ArraySlice<'env>,
    /// The first one stands for none.
    pub texts: Array<'env>,
    /// The small bodies.
    pub small: BufferSlice<'env>,
    /// The other ones, in order.
    pub large: Array<'env>,
}

impl<'env> Batch<'env> {
    pub(crate) fn of<T: Taken>(
        env: &'env Env,
        taken: impl IntoIterator<Item = T>,
        kept: &mut Slab<T>,
    ) -> Result<Self> {
        let mut packing = Packing::new(env)?;
        for taken in taken {
            let entry = kept.vacant_entry();
            for message in taken.messages() {
                packing.add(entry.key() as f64, message)?;
            }
            entry.insert(taken);
        }
        packing.done()
    }
}

struct Packing<'env> {
    env: &'env Env,
    topic: String,
    numbers: Vec<f64>,
    texts: Texts<'env>,
    small: Vec<u8>,
    large: Array<'env>,
}

impl<'env> Packing<'env> {
    fn new(env: &'env Env) -> Result<Self> {
        Ok(Self {
            env,
            topic: String::new(),
            numbers: Vec::new(),
            texts: Texts::new(env)?,
            small: Vec::new(),
            large: env.create_array(0)?,
        })
    }

    fn add(&mut self, key: f64, message: MessageView<'_>) -> Result<()> {
        if self.topic.is_empty() {
            message.topic().clone_into(&mut self.topic);
        }
        let begin = self.small.len();
        self.body(message.body())?;
        self.numbers.extend([
            key,
            f64::from(message.reconsume_times()),
            message.born_timestamp() as f64,
            message.store_timestamp() as f64,
            f64::from(message.queue_id()),
            message.queue_offset() as f64,
            message.start_deliver_time().unwrap_or_default() as f64,
            begin as f64,
            self.small.len() as f64,
        ]);
        let properties = properties(message);
        let texts = [
            message.message_id(),
            message.tag(),
            message.key(),
            message.sharding_key(),
            message.born_host(),
            message.broker_name(),
            properties.as_deref(),
        ];
        self.texts.add(texts, &mut self.numbers)
    }

    fn body(&mut self, body: &[u8]) -> Result<()> {
        if body.len() < SMALL {
            self.small.extend_from_slice(body);
            return Ok(());
        }
        self.large.insert(BufferSlice::copy_from(self.env, body)?)
    }

    fn done(self) -> Result<Batch<'env>> {
        Ok(Batch {
            topic: self.topic,
            // Copied: a buffer that is to be freed later costs more than many small ones hold.
            numbers: Float64ArraySlice::copy_from(self.env, &self.numbers)?,
            texts: self.texts.array,
            small: BufferSlice::copy_from(self.env, &self.small)?,
            large: self.large,
        })
    }
}

/// Of each message.
const TEXTS: usize = 7;

/// The texts of a batch. Most are those of the message before, and cross once.
struct Texts<'env> {
    array: Array<'env>,
    last: [Last; TEXTS],
}

/// A text, and where it is.
#[derive(Default)]
struct Last {
    text: String,
    at: u32,
}

impl<'env> Texts<'env> {
    fn new(env: &'env Env) -> Result<Self> {
        let mut array = env.create_array(0)?;
        array.insert(())?;
        Ok(Self {
            array,
            last: Default::default(),
        })
    }

    fn add(&mut self, texts: [Option<&str>; TEXTS], numbers: &mut Vec<f64>) -> Result<()> {
        for (last, text) in self.last.iter_mut().zip(texts) {
            let Some(text) = text else {
                numbers.push(0.0);
                continue;
            };
            if last.at == 0 || last.text != text {
                last.at = self.array.len();
                text.clone_into(&mut last.text);
                self.array.insert(text)?;
            }
            numbers.push(f64::from(last.at));
        }
        Ok(())
    }
}

fn properties(message: MessageView<'_>) -> Option<String> {
    let properties = message.properties();
    let joined = |(name, value)| [name, "\u{1}", value, "\u{2}"].concat();
    (!properties.is_empty()).then(|| properties.into_iter().map(joined).collect())
}
