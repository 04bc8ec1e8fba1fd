//! Brokers that ask for the outcome of a transaction.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::{MessageExt, TransactionStatus};

/// Says what became of a half message.
pub(crate) type Checker =
    Arc<dyn Fn(MessageExt) -> BoxFuture<'static, TransactionStatus> + Send + Sync>;
