//! A typed method for each operation, and the requests that they make.

use std::fmt::Display;
use std::pin::Pin;

use super::table::operations;
use super::{Answer, OpenApi};
use crate::Result;

/// An answer that is on its way.
pub type Asking = Pin<Box<dyn Future<Output = Result<Answer>> + Send>>;

/// What all requests are: an operation and its parameters. Nothing is sent before it is awaited.
#[derive(Debug, Clone)]
pub(super) struct Call {
    client: OpenApi,
    name: &'static str,
    parameters: Vec<(&'static str, String)>,
}

impl Call {
    const fn new(client: OpenApi, name: &'static str) -> Self {
        Self {
            client,
            name,
            parameters: Vec::new(),
        }
    }

    /// Sets a parameter; the last value counts.
    pub(super) fn put(&mut self, name: &'static str, value: impl Display) {
        self.parameters.retain(|(known, _)| *known != name);
        self.parameters.push((name, value.to_string()));
    }

    pub(super) async fn send(self) -> Result<Answer> {
        self.client.call(self.name, self.parameters).await
    }
}

/// The type of an argument.
macro_rules! argument {
    (Name) => { &str };
    (Text) => { &str };
    (User) => { impl Display };
    (Page) => { i32 };
    (Int32) => { i32 };
    (Int64) => { i64 };
    (Bool) => { bool };
}

macro_rules! requests {
    ($($section:ident $type:ident $section_doc:literal {$(
        $method:ident $request:ident $name:literal $effect:ident $answers:ident $doc:literal
        ($($required:ident $required_kind:ident $required_name:literal
            [$($required_value:literal)*] $required_doc:literal)*)
        ($($optional:ident $optional_kind:ident $optional_name:literal
            [$($optional_value:literal)*] $optional_doc:literal)*)
    )*})*) => {
        impl OpenApi {
            $(
                #[doc = $section_doc]
                #[must_use]
                pub const fn $section(&self) -> $type<'_> {
                    $type(self)
                }
            )*
        }

        $(
            #[doc = $section_doc]
            #[derive(Debug, Clone, Copy)]
            pub struct $type<'a>(&'a OpenApi);

            impl $type<'_> {
                $(
                    #[doc = $doc]
                    #[doc = ""]
                    $(#[doc = concat!("- `", stringify!($required), "`: ", $required_doc)])*
                    #[must_use = "nothing is sent before it is awaited"]
                    pub fn $method(&self, $($required: argument!($required_kind)),*) -> $request {
                        #[allow(unused_mut, reason = "some need nothing")]
                        let mut call = Call::new(self.0.clone(), $name);
                        $(call.put($required_name, $required);)*
                        $request(call)
                    }
                )*
            }

            $(
                #[doc = concat!("`", $name, "`: awaited, it is sent. ", $doc)]
                #[derive(Debug, Clone)]
                #[must_use = "nothing is sent before it is awaited"]
                pub struct $request(pub(super) Call);

                impl $request {
                    $(
                        #[doc = $optional_doc]
                        pub fn $optional(mut self, $optional: argument!($optional_kind)) -> Self {
                            self.0.put($optional_name, $optional);
                            self
                        }
                    )*
                }

                impl IntoFuture for $request {
                    type Output = Result<Answer>;
                    type IntoFuture = Asking;

                    fn into_future(self) -> Asking {
                        Box::pin(self.0.send())
                    }
                }
            )*
        )*
    };
}

operations!(requests);
