//! A folder that the dev server keeps its data in, [`Folder`]: apart from the server, so that the
//! library and the packages, which have it built in, do without an embedded store.

#![forbid(unsafe_code)]

mod claim;
mod folder;

pub use folder::Folder;
