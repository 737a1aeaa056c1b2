//! Connections of other programs on this machine, each answered by itself.

use std::io;
use std::pin::pin;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// Answers each connection in a task of its own until `stop` is done; those that are then open are closed.
///
/// # Errors
/// A listener that other machines could reach is refused (`InvalidInput`): nothing in here checks who asks.
pub(super) async fn accept<F>(
    listener: TcpListener,
    stop: impl Future<Output = ()>,
    mut answer: impl FnMut(TcpStream) -> F,
) -> io::Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        let message = format!("the sandbox is only served on the loopback interface, not on {address}");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let mut stop = pin!(stop);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = &mut stop => return Ok(()),
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(answer(stream));
                }
                // One client's failed handshake must not end the service.
                Err(error) => {
                    tracing::debug!(%error, "a connection to the sandbox was not accepted");
                    // Out of file descriptors, say: trying at once would only burn a core.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}
