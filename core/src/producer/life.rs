//! What every kind of producer can do, written once.

/// The methods and traits that every kind of producer has.
macro_rules! producer_life {
    ($type:ident, $shared:tt) => {
        impl $type {
            /// Makes the producer ready to send: reads the files of TLS, and asks ONSAddr, where
            /// there is one, for the name servers. Starting twice is starting once.
            ///
            /// # Errors
            /// [`Closed`](crate::ErrorKind::Closed),
            /// [`Configuration`](crate::ErrorKind::Configuration) where a file cannot be used,
            /// [`NameServerUnreachable`](crate::ErrorKind::NameServerUnreachable) where ONSAddr
            /// does not tell name servers, [`Tls`](crate::ErrorKind::Tls).
            pub async fn start(&self) -> crate::Result<()> {
                self.$shared.start().await
            }

            /// Has all requests from now on signed with other credentials, as STS tokens need it;
            /// what is under way is not broken off. OnsChannel stays where none is given. Does not
            /// block. Before `start` they count from the start.
            ///
            /// They count for all producers and consumers that share the instance: those of one
            /// [`Client`](crate::Client) that were configured with the same credentials, whatever
            /// has become of these since, and the same addresses, namespace, TLS and InstanceName.
            ///
            /// # Errors
            /// [`Configuration`](crate::ErrorKind::Configuration) for an empty key, secret or
            /// token, [`Closed`](crate::ErrorKind::Closed).
            pub fn set_credentials(&self, credentials: crate::Credentials) -> crate::Result<()> {
                self.$shared.set_credentials(credentials)
            }

            /// Takes no more messages, lets sends in flight finish within their time, and
            /// disconnects. It takes effect from this call on; a second call waits for the first.
            pub fn shutdown(&self) -> impl Future<Output = ()> + Send + use<> {
                self.$shared.shutdown()
            }

            /// Waits until it is known what became of all messages in flight, each of which ends by
            /// its own time; not of those that are sent later.
            pub fn flush(&self) -> impl Future<Output = ()> + Send + use<> {
                self.$shared.flush()
            }

            /// Whether it was started and not shut down.
            #[must_use]
            pub fn is_started(&self) -> bool {
                self.$shared.phase() == onsmq_proto::machine::Phase::Running
            }

            /// Whether it was shut down, or is about to be.
            #[must_use]
            pub fn is_closed(&self) -> bool {
                use onsmq_proto::machine::Phase;
                matches!(self.$shared.phase(), Phase::Draining | Phase::Closed)
            }

            /// The group, without its namespace.
            #[must_use]
            pub fn group(&self) -> &str {
                &self.$shared.config.group
            }
        }

        impl Drop for $type {
            fn drop(&mut self) {
                self.$shared.abandon();
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($type))
                    .field("group", &self.group())
                    .finish_non_exhaustive()
            }
        }
    };
}

pub(super) use producer_life;
