//! What a thread sleeps on that reads a socket by itself. Where the system has it not, there are no
//! such sockets, and callers are woken by others.

#[cfg(target_os = "linux")]
pub(super) use linux::{Bell, Socket, watch};
#[cfg(not(target_os = "linux"))]
pub(super) use nowhere::{Bell, Socket, watch};

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::mem::MaybeUninit;
    use std::os::fd::{AsFd as _, OwnedFd};

    use bytes::BytesMut;
    use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
    use rustix::net::{RecvFlags, Shutdown, recv, shutdown};
    use tokio::net::TcpStream;

    /// What is read at once: mostly there is one answer.
    const AT_ONCE: usize = 16 << 10;
    /// What is read in a row where there is more.
    const IN_A_ROW: usize = 16;

    /// Another hold of a socket.
    pub(in super::super) struct Socket(OwnedFd);

    impl Socket {
        pub(in super::super) fn of(stream: &TcpStream) -> Option<Self> {
            stream.as_fd().try_clone_to_owned().ok().map(Self)
        }

        /// Reads what is there, but only so much: how many bytes, 0 at the end.
        pub(in super::super) fn read_now(&self, buf: &mut BytesMut) -> io::Result<usize> {
            let before = buf.len();
            for _ in 0..IN_A_ROW {
                let mut bytes = [MaybeUninit::uninit(); AT_ONCE];
                match recv(&self.0, &mut bytes, RecvFlags::DONTWAIT) {
                    Ok(((bytes, _), _)) => {
                        buf.extend_from_slice(bytes);
                        if bytes.len() < AT_ONCE {
                            break;
                        }
                    }
                    Err(error) if buf.len() == before => return Err(error.into()),
                    Err(_) => break,
                }
            }
            Ok(buf.len() - before)
        }

        /// Whether there is something to be read, or the end: otherwise it would block.
        pub(in super::super) fn peek(&self) -> io::Result<()> {
            let mut byte = [MaybeUninit::uninit(); 1];
            recv(&self.0, &mut byte, RecvFlags::DONTWAIT | RecvFlags::PEEK)?;
            Ok(())
        }

        /// The connection is closed, whoever holds the socket.
        pub(in super::super) fn close(&self) {
            let _ = shutdown(&self.0, Shutdown::Both);
        }
    }

    /// Wakes a thread that watches a socket.
    pub(in super::super) struct Bell(OwnedFd);

    impl Bell {
        /// None where the system has no more of them.
        pub(in super::super) fn new() -> Option<Self> {
            eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)
                .ok()
                .map(Self)
        }

        pub(in super::super) fn ring(&self) {
            // It can only fail where it rings already.
            let _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
        }

        /// It rings no more.
        pub(in super::super) fn hush(&self) {
            let _ = rustix::io::read(&self.0, &mut [0; 8]);
        }
    }

    /// Sleeps until there is something to read, or the bell rings: whether it does.
    pub(in super::super) fn watch(socket: &Socket, bell: &Bell) -> io::Result<bool> {
        let mut fds = [&socket.0, &bell.0].map(|fd| PollFd::new(fd, PollFlags::IN));
        poll(&mut fds, None)?;
        let rings = fds[1].revents();
        match rings.difference(PollFlags::IN).is_empty() {
            true => Ok(!rings.is_empty()),
            // Somebody closed what is not theirs.
            false => Err(io::ErrorKind::Other.into()),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod nowhere {
    use std::io;

    use bytes::BytesMut;
    use tokio::net::TcpStream;

    pub(in super::super) enum Socket {}

    impl Socket {
        pub(in super::super) const fn of(_: &TcpStream) -> Option<Self> {
            None
        }

        pub(in super::super) fn read_now(&self, _: &mut BytesMut) -> io::Result<usize> {
            match *self {}
        }

        pub(in super::super) fn peek(&self) -> io::Result<()> {
            match *self {}
        }

        pub(in super::super) fn close(&self) {
            match *self {}
        }
    }

    pub(in super::super) enum Bell {}

    impl Bell {
        pub(in super::super) const fn new() -> Option<Self> {
            None
        }

        pub(in super::super) fn ring(&self) {
            match *self {}
        }

        pub(in super::super) fn hush(&self) {
            match *self {}
        }
    }

    pub(in super::super) fn watch(socket: &Socket, _: &Bell) -> io::Result<bool> {
        match *socket {}
    }
}
