//! The dev server's console: the Open API by our own client, beside producers and consumers of the
//! same server, and its page in a browser.

mod browser;
mod consumers;
mod messages;
mod page;
mod refusals;
mod registers;
mod stage;
mod topics;
