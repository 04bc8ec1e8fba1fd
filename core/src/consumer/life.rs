//! What every kind of consumer can do, written once.

/// The methods and traits that every kind of consumer has.
macro_rules! consumer_life {
    ($type:ident) => {
        impl $type {
            /// Makes an inbox, for `subscribe_inbox`.
            #[must_use]
            pub fn inbox(&self) -> crate::Inbox {
                self.0.inbox()
            }

            /// Subscribes to a topic whose messages the application takes out of an inbox.
            ///
            /// # Errors
            /// As `subscribe`.
            pub fn subscribe_inbox<'a>(
                &self,
                topic: &str,
                filter: impl Into<crate::Filter<'a>>,
                inbox: &crate::Inbox,
            ) -> crate::Result<()> {
                self.0.subscribe(topic, &filter.into(), None, inbox.ready())
            }

            /// Ends a subscription. What was handed over may still be completed; the rest goes to
            /// other members of the group that subscribe to the topic, or waits.
            ///
            /// # Errors
            /// [`InvalidArgument`](crate::ErrorKind::InvalidArgument) where the topic is not
            /// subscribed to, [`Closed`](crate::ErrorKind::Closed).
            pub fn unsubscribe(&self, topic: &str) -> crate::Result<()> {
                self.0.unsubscribe(topic)
            }

            /// Connects, joins the group and begins to consume. Returns when this member consumes
            /// the queues that it was given, so that what is sent afterwards is received; with a
            /// broker that does not answer, after 5 s. Starting twice is starting once.
            ///
            /// # Errors
            /// [`NameServerUnreachable`](crate::ErrorKind::NameServerUnreachable),
            /// [`Tls`](crate::ErrorKind::Tls), [`Closed`](crate::ErrorKind::Closed),
            /// [`Configuration`](crate::ErrorKind::Configuration) where a file cannot be used,
            /// [`NoPermission`](crate::ErrorKind::NoPermission) where the account may not consume
            /// one of the topics or be in the group, [`InvalidState`](crate::ErrorKind::InvalidState) where a consumer of the group runs
            /// under the same InstanceName.
            pub async fn start(&self) -> crate::Result<()> {
                self.0.start().await
            }

            /// Has all requests from now on signed with other credentials, as STS tokens need it;
            /// what is under way is not broken off, and what was refused is tried again within
            /// seconds. OnsChannel stays where none is given. Does not block. Before `start` they
            /// count from the start.
            ///
            /// They count for all producers and consumers that share the instance: those of one
            /// [`Client`](crate::Client) that were configured with the same credentials, whatever
            /// has become of these since, and the same addresses, namespace, TLS and InstanceName.
            ///
            /// # Errors
            /// [`Configuration`](crate::ErrorKind::Configuration) for an empty key, secret or
            /// token, [`Closed`](crate::ErrorKind::Closed).
            pub fn set_credentials(&self, credentials: crate::Credentials) -> crate::Result<()> {
                self.0.set_credentials(credentials)
            }

            /// Stops pulling, waits for the messages that were handed over (bounded by
            /// `AwaitTerminationMillisWhenShutdown`), commits offsets and leaves the group. What
            /// was completed before does not come again; what was not handed over does. It takes
            /// effect from this call on; a second call waits for the first.
            ///
            /// A listener that awaits this waits for itself: it should spawn it instead.
            pub fn shutdown(&self) -> impl Future<Output = ()> + Send + use<> {
                self.0.shutdown()
            }

            /// Whether it was started and not shut down.
            #[must_use]
            pub fn is_started(&self) -> bool {
                self.0.phase() == onsmq_proto::machine::Phase::Running
            }

            /// Whether it was shut down, or is about to be.
            #[must_use]
            pub fn is_closed(&self) -> bool {
                use onsmq_proto::machine::Phase;
                matches!(self.0.phase(), Phase::Draining | Phase::Closed)
            }

            /// The group, without its namespace.
            #[must_use]
            pub fn group(&self) -> &str {
                &self.0.config.group
            }

            /// Most listener calls that run at once: `ConsumeThreadNums`.
            #[must_use]
            pub fn consume_thread_nums(&self) -> usize {
                self.0.config.consume_thread_nums
            }
        }

        impl Drop for $type {
            fn drop(&mut self) {
                self.0.abandon();
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

pub(super) use consumer_life;
