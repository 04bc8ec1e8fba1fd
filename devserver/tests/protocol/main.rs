//! The server as its clients see it: requests and answers, without a client of this project.

mod accounts;
mod faults;
mod golden;
mod groups;
mod operators;
mod pulling;
mod retries;
mod sending;
mod server;
mod support;
mod tls;
mod transactions;
