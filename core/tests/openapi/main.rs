//! The Open API without a console: the table against the guide's, and what is never sent.

mod checks;
mod guide;
