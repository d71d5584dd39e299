//! HTTP by hand, for what no client would send.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Sends the bytes and reads until the other end closes; empty if it closed without a word.
///
/// A server that refuses early may close while it is still being written to: that is no failure.
pub async fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let (mut reader, mut writer) = stream.split();
    let mut answer = Vec::new();
    let sending = async { drop(writer.write_all(request).await) };
    let reading = async { drop(reader.read_to_end(&mut answer).await) };
    tokio::join!(sending, reading);
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status code of an answer; 0: there is none.
pub fn status(answer: &str) -> u16 {
    answer
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .unwrap_or_default()
}
