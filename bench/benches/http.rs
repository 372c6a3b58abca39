//! Turns over HTTP beside a bare hyper endpoint on the same machine, durable and not.
#![expect(clippy::unwrap_used, reason = "a benchmark may stop at the first surprise")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use flowright_bench::{bare, grouped};
use flowright_runtime::programs::Loader;
use flowright_runtime::service::{Options, Service};
use flowright_runtime::store::{Durability, SqliteOptions};
use flowright_tests::{Fresh, bundle_of, load};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const CONNECTIONS: usize = 128;
const TIME: Duration = Duration::from_secs(5);

/// Requests a second from connections that ask again as soon as they are answered, and the time
/// within which 99 of 100 were.
async fn load_test(address: SocketAddr) -> (f64, f64) {
    let count = Arc::new(AtomicU64::new(0));
    let begun = Instant::now();
    let clients = (0..CONNECTIONS).map(|client| {
        let count = Arc::clone(&count);
        tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let mut answer = vec![0_u8; 16 << 10];
            let mut times = Vec::new();
            let mut number = 0_u64;
            while begun.elapsed() < TIME {
                number += 1;
                // A session of ten turns each.
                let session = format!("c{client}-{}", number / 10);
                let body = format!("{{\"id\":\"m{number}\",\"text\":\"谢谢\"}}");
                let request = format!(
                    "POST /v1/sessions/{session}/messages HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                let sent = Instant::now();
                stream.write_all(request.as_bytes()).await.unwrap();
                let length = stream.read(&mut answer).await.unwrap();
                times.push(sent.elapsed());
                assert!(answer.get(..length).unwrap().starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
                count.fetch_add(1, Ordering::Relaxed);
            }
            times
        })
    });
    let mut times = Vec::new();
    for client in clients.collect::<Vec<_>>() {
        times.extend(client.await.unwrap());
    }
    times.sort_unstable();
    let p99 = times.get(times.len() * 99 / 100).unwrap();
    (count.load(Ordering::Relaxed) as f64 / begun.elapsed().as_secs_f64(), p99.as_secs_f64() * 1e3)
}

async fn served(durability: Durability) -> (f64, f64) {
    let loader: Loader = Arc::new(|bytes| load(bytes, true));
    let store = Fresh::new("bench.sqlite");
    let sqlite = SqliteOptions::new(durability);
    let options = Options { sqlite, ..Options::local(store.to_owned()) };
    let server = Service::start(&bundle_of("order_change"), loader, options).await.unwrap();
    let result = load_test(server.address).await;
    server.stop().await;
    result
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let endpoint = bare::http(&[b' '; 160]).await;
        let (bare_rate, bare_p99) = load_test(endpoint).await;
        println!(
            "{CONNECTIONS} connections, {} s each, client and server on this machine",
            TIME.as_secs()
        );
        println!(
            "{:<28} {:>10}/s             p99 {bare_p99:>7.2} ms",
            "bare hyper",
            grouped(bare_rate)
        );
        for (name, durability) in [
            ("turns, not durable", Durability::ProcessOnly),
            ("turns, durable (fsync)", Durability::Full),
        ] {
            let (rate, p99) = served(durability).await;
            println!(
                "{name:<28} {:>10}/s  {:>6.1} %   p99 {p99:>7.2} ms",
                grouped(rate),
                100.0 * rate / bare_rate
            );
        }
    });
}
