//! What holds while clients and brokers are killed and restarted, and over minutes.

mod late;
mod ordered;
mod shutdown;
mod support;
mod transactions;
