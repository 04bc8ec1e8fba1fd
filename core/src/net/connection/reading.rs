//! What comes in, read by the connection's task or by a caller.

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Poll, ready};

use onsmq_proto::WireError;
use onsmq_proto::codec::{Command, DEFAULT_MAX_FRAME, Frame};
use tokio::sync::mpsc;

use super::{Connection, Inbound, Shared};
use crate::net::caller::{Claim, Readable};
use crate::net::input::Input;
use crate::net::stream::Reader;
use crate::net::tls;
use crate::{Error, Result};

/// What is read, and where it goes.
pub(super) struct Reading {
    input: Input,
    /// Gets the peer's requests, until the connection ends.
    inbound: Option<mpsc::UnboundedSender<Inbound>>,
    /// What a caller met that read.
    fault: Option<Error>,
}

impl Reading {
    pub(super) fn new(reader: Reader, inbound: mpsc::UnboundedSender<Inbound>) -> Self {
        Self {
            input: Input::new(reader),
            inbound: Some(inbound),
            fault: None,
        }
    }

    /// Nothing more is read.
    pub(super) fn close(&mut self) {
        self.input.close();
        self.inbound = None;
    }
}

impl Connection {
    /// Reads what comes, until nothing more can.
    pub(super) async fn read(&self) -> Error {
        poll_fn(|context| {
            let reading = &mut *self.0.reading.lock();
            loop {
                if let Some(error) = reading.fault.take() {
                    return Poll::Ready(error);
                }
                let read = match ready!(reading.input.poll_read(context)) {
                    Ok(0) => Err(self.hung_up(&"the peer closed it")),
                    Ok(_) => self.take_frames(reading),
                    Err(error) => Err(self.failed(error)),
                };
                reading.fault = read.err();
            }
        })
        .await
    }

    /// Takes the whole frames out of the buffer.
    fn take_frames(&self, reading: &mut Reading) -> Result<()> {
        let buf = &mut reading.input.buf;
        // As the length of a frame it would be too much.
        let is_alert = !self.0.is_secure && tls::is_alert(buf);
        loop {
            let command = Frame::decode(buf, DEFAULT_MAX_FRAME)
                .and_then(|frame| frame.map(Command::decode).transpose())
                .map_err(|error| match is_alert {
                    true => self.wants_tls(),
                    false => self.unreadable(buf, error),
                })?;
            let Some(command) = command else {
                return Ok(());
            };
            if command.is_response() {
                self.0.version.store(command.version, Ordering::Relaxed);
                // Nobody waits any more for an answer that comes after its deadline.
                let waiter = self.0.state.lock().session.answered(command.opaque);
                if let Some(waiter) = waiter {
                    let _ = waiter.send(Ok(command));
                }
            } else {
                let connection = self.clone();
                if let Some(inbound) = &reading.inbound {
                    let _ = inbound.send(Inbound {
                        connection,
                        command,
                    });
                }
            }
        }
    }

    /// The end of a stream that cannot be read on. Where it is an answer that is too large, that is
    /// told to whoever waits for it; the others only lost the connection.
    fn unreadable(&self, buf: &[u8], error: WireError) -> Error {
        let answer = Frame::peek(buf)
            .filter(|_| matches!(error, WireError::FrameLength { .. }))
            .and_then(|frame| Command::decode(frame).ok())
            .filter(Command::is_response);
        let Some(answer) = answer else {
            return Error::protocol(&self.0.address, error);
        };
        let lost = self.lost(format_args!("an answer is too large ({error})"));
        let waiter = self.0.state.lock().session.answered(answer.opaque);
        if let Some(waiter) = waiter {
            let _ = waiter.send(Err(Error::too_large(&self.0.address, error)));
        }
        lost
    }
}

impl Readable for Shared {
    fn claim(self: Arc<Self>) -> Option<Claim> {
        let socket = {
            let mut reading = self.reading.lock();
            // The task is to see the fault.
            match reading.fault {
                None => reading.input.claim()?,
                Some(_) => return None,
            }
        };
        Some(Claim::new(self, socket))
    }

    fn read(self: Arc<Self>) -> bool {
        let this = Connection(self);
        let reading = &mut *this.0.reading.lock();
        let read = match reading.input.read_now() {
            // The task is to see it.
            Ok(0) => return false,
            Ok(_) => this.take_frames(reading),
            Err(error) => match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => return true,
                _ => Err(this.failed(error)),
            },
        };
        reading.fault = read.err();
        reading.fault.is_none()
    }

    fn release(self: Arc<Self>) {
        let reading = &mut *self.reading.lock();
        reading.input.release(reading.fault.is_some());
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{TcpListener, TcpStream};
    use std::thread::{self, JoinHandle};
    use std::time::Duration;

    use bytes::{Bytes, BytesMut};
    use onsmq_proto::codec::{ExtFields, RequestCode, ResponseCode, Serialization};
    use tokio::runtime::Runtime;
    use tokio::sync::mpsc;
    use tokio::time::Instant;

    use super::*;
    use crate::ErrorKind;
    use crate::net::block_on;
    use crate::test_runtime::runtime;

    const LIMIT: Duration = Duration::from_secs(20);

    /// The other end of a connection, which waits for what it reads.
    struct Peer {
        stream: TcpStream,
        buf: BytesMut,
    }

    impl Peer {
        fn request(&mut self) -> Option<Command> {
            loop {
                let frame = Frame::decode(&mut self.buf, DEFAULT_MAX_FRAME).expect("a frame");
                if let Some(frame) = frame {
                    return Some(Command::decode(frame).expect("a command"));
                }
                let mut bytes = [0; 4096];
                match self.stream.read(&mut bytes).expect("a socket") {
                    0 => return None,
                    count => self.buf.extend_from_slice(&bytes[..count]),
                }
            }
        }

        fn answer(&mut self, request: &Command) {
            let answer = Command::response(ResponseCode::SUCCESS, request.opaque);
            self.write(&bytes_of(&answer));
        }

        fn write(&mut self, bytes: &[u8]) {
            self.stream.write_all(bytes).expect("it is read");
        }
    }

    fn bytes_of(command: &Command) -> BytesMut {
        let mut buf = BytesMut::new();
        let encoded = command.encode(Serialization::Json, &mut buf);
        encoded.expect("it fits");
        buf
    }

    fn request() -> Command {
        let code = RequestCode::HEART_BEAT;
        Command::request(code, ExtFields::new(), Bytes::new())
    }

    fn soon() -> Instant {
        Instant::now() + LIMIT
    }

    struct Scene {
        runtime: Runtime,
        connection: Connection,
        inbound: mpsc::UnboundedReceiver<Inbound>,
        peer: JoinHandle<()>,
    }

    /// A connection to a peer that does this. Its runtime has one thread.
    fn scene(acts: impl FnOnce(Peer) + Send + 'static) -> Scene {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a socket");
        let address = listener.local_addr().expect("an address");
        let peer = thread::spawn(move || {
            let (stream, _) = listener.accept().expect("a connection");
            stream.set_nodelay(true).expect("a socket");
            acts(Peer {
                stream,
                buf: BytesMut::new(),
            });
        });
        let runtime = runtime();
        let (tell, inbound) = mpsc::unbounded_channel();
        let connection = runtime.block_on(async {
            let stream = tokio::net::TcpStream::connect(address).await;
            Connection::spawn("peer".into(), stream.expect("it listens").into(), tell)
        });
        Scene {
            runtime,
            connection,
            inbound,
            peer,
        }
    }

    impl Scene {
        /// Waits for an answer as a thread of the application does.
        fn ask(&self) -> Result<Command> {
            let asked = self.connection.request(request(), soon());
            block_on(self.runtime.handle(), asked)
        }

        /// Has the connection closed, and its peer end.
        fn end(self) {
            self.connection.close();
            self.peer.join().expect("it did what it was to do");
        }
    }

    fn answers_all(mut peer: Peer) {
        while let Some(request) = peer.request() {
            peer.answer(&request);
        }
    }

    #[test]
    fn a_caller_reads_its_answer_itself() {
        let scene = scene(answers_all);
        let (give, wait) = std::sync::mpsc::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        // The only thread that could read it for others.
        scene.runtime.spawn(async move {
            tell.send(()).expect("it is waited for");
            let _ = wait.recv();
        });
        told.recv().expect("it has begun");
        thread::scope(|threads| {
            let (tell, told) = std::sync::mpsc::channel();
            let scene = &scene;
            threads.spawn(move || {
                for _ in 0..3 {
                    let _ = tell.send(scene.ask());
                }
            });
            let answers: Vec<_> = (0..3).map(|_| told.recv_timeout(LIMIT)).collect();
            drop(give);
            for answer in answers {
                answer.expect("it comes in time").expect("an answer");
            }
        });
        scene.end();
    }

    /// Waits until the task has come by while a caller reads.
    fn passes_by(scene: &Scene) {
        let begin = std::time::Instant::now();
        while !scene.connection.0.reading.lock().input.is_passed_over() {
            assert!(begin.elapsed() < LIMIT, "the task has not been woken");
            thread::yield_now();
        }
    }

    #[test]
    fn what_the_task_passed_over_is_read_when_a_caller_leaves() {
        let (go, goes) = std::sync::mpsc::channel::<()>();
        let mut scene = scene(move |mut peer| {
            while goes.recv().is_ok() {
                let mut asks = super::tests::request().oneway();
                asks.body = Bytes::from(vec![7; 15 << 10]);
                peer.write(&bytes_of(&asks).repeat(4));
            }
        });
        for _ in 0..100 {
            let claim = Arc::clone(&scene.connection.0).claim();
            let claim = claim.expect("nobody reads");
            assert!(Arc::clone(&scene.connection.0).claim().is_none());
            go.send(()).expect("it waits");
            passes_by(&scene);
            assert!(scene.inbound.try_recv().is_err(), "the caller has it");
            drop(claim);
            for _ in 0..4 {
                let came = async { tokio::time::timeout(LIMIT, scene.inbound.recv()).await };
                let came = scene.runtime.block_on(came);
                assert!(came.expect("it is read").is_some());
            }
        }
        drop(go);
        scene.end();
    }

    #[test]
    fn what_else_comes_finds_who_waits_for_it() {
        let mut scene = scene(|mut peer| {
            let first = peer.request().expect("the caller's");
            peer.write(&bytes_of(&request()));
            let second = peer.request().expect("the task's");
            peer.answer(&second);
            peer.answer(&first);
            assert!(peer.request().is_none());
        });
        let connection = scene.connection.clone();
        let (tell, told) = tokio::sync::oneshot::channel();
        scene.runtime.spawn(async move {
            // The caller's has come, and the peer asks.
            scene.inbound.recv().await.expect("a request");
            let answered = connection.request(request(), soon()).await;
            let _ = tell.send(answered);
        });
        scene.inbound = mpsc::unbounded_channel().1;
        scene.ask().expect("an answer");
        let answered = scene.runtime.block_on(told).expect("it ended");
        answered.expect("an answer");
        scene.end();
    }

    /// Callers, tasks and the peer by turns, with frames that come in pieces: nothing is passed over
    /// where the reading changes hands.
    #[test]
    fn nothing_is_lost_between_a_caller_and_the_task() {
        const ROUNDS: usize = 3000;
        let mut scene = scene(|mut peer| {
            let mut at = 0;
            while let Some(request) = peer.request() {
                let answer = Command::response(ResponseCode::SUCCESS, request.opaque);
                let mut bytes = bytes_of(&answer);
                // Right behind the answer, when its caller is about to leave.
                bytes.unsplit(bytes_of(&super::tests::request().oneway()));
                at += 1;
                let (first, second) = bytes.split_at(at % bytes.len());
                peer.write(first);
                peer.write(second);
            }
        });
        for _ in 0..ROUNDS {
            scene.ask().expect("an answer");
            let came = async { tokio::time::timeout_at(soon(), scene.inbound.recv()).await };
            let came = scene.runtime.block_on(came).expect("it was read");
            assert!(came.is_some());
            let asked = scene.connection.request(request(), soon());
            scene.runtime.block_on(asked).expect("an answer");
            let came = scene.inbound.recv();
            assert!(block_on(scene.runtime.handle(), came).is_some());
        }
        scene.end();
    }

    #[test]
    fn many_threads_ask_at_once() {
        let scene = scene(answers_all);
        thread::scope(|threads| {
            for _ in 0..4 {
                threads.spawn(|| {
                    for _ in 0..500 {
                        scene.ask().expect("an answer");
                    }
                });
            }
        });
        scene.end();
    }

    /// What a caller is told that reads when something goes wrong.
    fn fails(acts: impl FnOnce(Peer) + Send + 'static) -> Error {
        let scene = scene(acts);
        let error = scene.ask().expect_err("no answer");
        let ended = async { tokio::time::timeout(LIMIT, scene.connection.ended()).await };
        scene.runtime.block_on(ended).expect("it ends");
        assert!(!scene.connection.is_open());
        scene.end();
        error
    }

    #[test]
    fn callers_that_read_are_told_when_the_peer_goes() {
        let goes = fails(|mut peer| {
            peer.request().expect("a request");
        });
        assert_eq!(goes.kind(), ErrorKind::ConnectionLost);
        for _ in 0..20 {
            let resets = fails(|mut peer| {
                peer.request().expect("a request");
                let socket = socket2::SockRef::from(&peer.stream);
                let at_once = Some(Duration::ZERO);
                socket.set_linger(at_once).expect("a socket");
            });
            assert_eq!(resets.kind(), ErrorKind::ConnectionLost);
            assert!(resets.to_string().contains("reset"), "{resets}");
        }
    }

    #[test]
    fn what_a_caller_cannot_read_ends_the_connection() {
        for _ in 0..20 {
            let begin = Instant::now();
            let error = fails(|mut peer| {
                peer.request().expect("a request");
                peer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n");
                assert!(peer.request().is_none());
            });
            assert_eq!(error.kind(), ErrorKind::Protocol);
            // Nothing else has to happen first, such as the request's time being over.
            assert!(
                begin.elapsed() < LIMIT / 2,
                "told after {:?}",
                begin.elapsed()
            );
        }
    }

    #[test]
    fn callers_that_read_do_not_wait_longer_than_they_may() {
        let scene = scene(|mut peer| {
            let late = peer.request().expect("a request");
            let other = peer.request().expect("another one");
            peer.answer(&late);
            peer.answer(&other);
            assert!(peer.request().is_none());
        });
        let deadline = Instant::now() + Duration::from_millis(50);
        let asked = scene.connection.request(request(), deadline);
        let error = block_on(scene.runtime.handle(), asked).expect_err("no answer");
        assert_eq!(error.kind(), ErrorKind::Timeout);
        scene.ask().expect("an answer");
        scene.end();
    }

    #[test]
    fn callers_that_read_are_told_when_the_connection_is_closed_or_its_runtime_ends() {
        for closes in [true, false] {
            let (tell, told) = std::sync::mpsc::channel();
            let scene = scene(move |mut peer| {
                peer.request().expect("a request");
                tell.send(()).expect("it is waited for");
                assert!(peer.request().is_none());
            });
            let Scene {
                runtime,
                connection,
                peer,
                ..
            } = scene;
            let (handle, asks) = (runtime.handle().clone(), connection.clone());
            let asks = thread::spawn(move || block_on(&handle, asks.request(request(), soon())));
            told.recv().expect("it has asked");
            match closes {
                true => connection.close(),
                false => runtime.shutdown_background(),
            }
            let error = asks.join().expect("no panic").expect_err("no answer");
            assert_eq!(error.kind(), ErrorKind::ConnectionLost);
            peer.join().expect("the socket is closed");
        }
    }
}
