//! A network that loses things: it stands between a client and a server, and closes connections
//! before a request got through, in the middle of an answer or in its place.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flowright_tests::seeds::Random;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Of a hundred answers.
const LOST_PERCENT: usize = 20;
/// Of a hundred requests.
const CUT_OFF_PERCENT: usize = 3;

/// The network.
#[derive(Debug, Clone)]
pub struct Lossy {
    pub address: SocketAddr,
    /// Answers that were lost.
    pub lost: Arc<AtomicU64>,
}

impl Lossy {
    /// Before a server.
    pub async fn start(server: SocketAddr, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let lossy = Self { address: listener.local_addr().unwrap(), lost: Arc::default() };
        let own = lossy.clone();
        tokio::spawn(async move {
            for number in 0_u64.. {
                let (client, _) = listener.accept().await.unwrap();
                let (own, random) = (own.clone(), Random::new(seed ^ number.rotate_left(32)));
                tokio::spawn(async move {
                    // Whoever is gone is the other's loss.
                    let _ = own.carry(client, server, random).await;
                });
            }
        });
        lossy
    }

    /// One request and one answer after the other, both small.
    async fn carry(
        &self,
        mut client: TcpStream,
        server: SocketAddr,
        mut random: Random,
    ) -> std::io::Result<()> {
        client.set_nodelay(true)?;
        let mut server = TcpStream::connect(server).await?;
        server.set_nodelay(true)?;
        let (mut asked, mut answered) = (vec![0; 16 << 10], vec![0; 16 << 10]);
        loop {
            tokio::select! {
                length = client.read(&mut asked) => {
                    let bytes = asked.get(..length?).unwrap_or_default();
                    if bytes.is_empty() {
                        return Ok(());
                    }
                    if random.below(100) < CUT_OFF_PERCENT {
                        let part = bytes.get(..random.below(bytes.len())).unwrap_or_default();
                        return server.write_all(part).await;
                    }
                    server.write_all(bytes).await?;
                }
                length = server.read(&mut answered) => {
                    let bytes = answered.get(..length?).unwrap_or_default();
                    if bytes.is_empty() {
                        return Ok(());
                    }
                    if random.below(100) < LOST_PERCENT {
                        self.lost.fetch_add(1, Ordering::Relaxed);
                        // All of it, or what comes after a part.
                        let part = random.below(bytes.len() * 2).saturating_sub(bytes.len());
                        return client.write_all(bytes.get(..part).unwrap_or_default()).await;
                    }
                    client.write_all(bytes).await?;
                }
            }
        }
    }
}
