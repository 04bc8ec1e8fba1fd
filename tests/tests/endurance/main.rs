//! What holds while clients and brokers are killed and restarted.

mod ordered;
mod shutdown;
mod support;
mod transactions;
