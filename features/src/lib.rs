//! Nothing but dependencies, each with all features that any part of the workspace has it with.
//!
//! Cargo settles features for what it is asked to build. Where one part's dependencies switch on a
//! feature that another's do not, all that lies above is built twice: once for the Python package
//! and once for the Node package, say. With these it is built once.
