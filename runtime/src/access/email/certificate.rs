//! The certificate that mail servers see, from two files. When somebody replaces them, as programs that
//! renew certificates do, the new one is shown; one that cannot be used is told, and the one before stays.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Mutex;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::limits::{CERTIFICATE_BYTES_MAX, CERTIFICATE_LOOK_EVERY};

/// See the module.
#[derive(Debug)]
pub struct Certificate {
    certificate: PathBuf,
    key: PathBuf,
    shown: Mutex<Shown>,
}

#[derive(Debug)]
struct Shown {
    config: Arc<ServerConfig>,
    /// What the files held when they were read last.
    hash: blake3::Hash,
    /// When they were looked at.
    looked: Instant,
}

/// What two files hold.
struct Pair {
    chain: Vec<u8>,
    key: Vec<u8>,
}

impl Certificate {
    /// Reads it.
    ///
    /// # Errors
    /// Why it cannot be used, with the file.
    pub fn read(certificate: PathBuf, key: PathBuf) -> Result<Self, String> {
        let pair = Pair::read(&certificate, &key)?;
        let config = pair.config(&certificate, &key)?;
        let shown = Shown { config, hash: pair.hash(), looked: Instant::now() };
        Ok(Self { certificate, key, shown: Mutex::new(shown) })
    }

    /// The one that is shown now. The files are looked at now and then, when somebody comes.
    pub(super) async fn current(&self) -> Arc<ServerConfig> {
        let mut shown = self.shown.lock().await;
        if shown.looked.elapsed() >= CERTIFICATE_LOOK_EVERY {
            shown.looked = Instant::now();
            self.look(&mut shown).await;
        }
        Arc::clone(&shown.config)
    }

    /// What cannot be used is told once: until the files hold something else.
    async fn look(&self, shown: &mut Shown) {
        let (certificate, key) = (self.certificate.clone(), self.key.clone());
        let read = tokio::task::spawn_blocking(move || Pair::read(&certificate, &key)).await;
        let read = read.unwrap_or_else(|error| Err(error.to_string()));
        let hash = match &read {
            Ok(pair) => pair.hash(),
            Err(cause) => blake3::hash(cause.as_bytes()),
        };
        if std::mem::replace(&mut shown.hash, hash) == hash {
            return;
        }
        let certificate = self.certificate.display();
        match read.and_then(|pair| pair.config(&self.certificate, &self.key)) {
            Ok(config) => {
                shown.config = config;
                tracing::info!(%certificate, "the certificate was replaced: the new one is shown");
            }
            Err(cause) => {
                tracing::error!(%cause, "the new certificate cannot be used: the one before stays");
            }
        }
    }
}

impl Pair {
    fn read(certificate: &Path, key: &Path) -> Result<Self, String> {
        Ok(Self { chain: read(certificate)?, key: read(key)? })
    }

    fn hash(&self) -> blake3::Hash {
        let mut hash = blake3::Hasher::new();
        hash.update(&(self.chain.len() as u64).to_le_bytes()).update(&self.chain).update(&self.key);
        hash.finalize()
    }

    /// Also whether the key is that of the certificate.
    fn config(&self, certificate: &Path, key: &Path) -> Result<Arc<ServerConfig>, String> {
        let chain = CertificateDer::pem_slice_iter(&self.chain)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| about(certificate, e))?;
        let private = PrivateKeyDer::from_pem_slice(&self.key).map_err(|e| about(key, e))?;
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, private))
            .map_err(|e| about(certificate, e))?;
        Ok(Arc::new(config))
    }
}

fn about(path: &Path, what: impl std::fmt::Display) -> String {
    format!("`{}`: {what}", path.display())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    let file = std::fs::File::open(path).map_err(|e| about(path, e))?;
    let mut bytes = Vec::new();
    let most = CERTIFICATE_BYTES_MAX;
    file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(|e| about(path, e))?;
    if bytes.len() > most {
        return Err(about(path, format!("it is larger than {most} bytes")));
    }
    Ok(bytes)
}
