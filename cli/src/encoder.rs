//! The sentence encoder that a project names in flowright.toml: opened, or refused in words.

use std::path::Path;
use std::sync::Arc;

use flowright_nlu::Encoder;
use flowright_runtime::config::Config;

use crate::configuration;
use crate::failure::Failure;

/// The encoder of a project.
pub(crate) type Named = Option<Arc<dyn Encoder>>;

/// Opens the encoder that the configuration of a folder names.
///
/// # Errors
/// R0207 and R0208; a configuration that cannot be used.
pub(crate) fn of_folder(folder: &Path) -> Result<Named, Failure> {
    of_config(&configuration::read(None, folder)?, folder)
}

/// Opens the encoder that a configuration names, relative to a project's folder.
///
/// # Errors
/// R0207 and R0208.
pub(crate) fn of_config(config: &Config, folder: &Path) -> Result<Named, Failure> {
    config.nlu.encoder.as_ref().map(|path| open(&folder.join(path))).transpose()
}

#[cfg(feature = "encoder")]
fn open(folder: &Path) -> Result<Arc<dyn Encoder>, Failure> {
    let _progress = crate::progress::Progress::begin("reading the sentence encoder");
    match flowright_nlu_encoder::BertEncoder::open(folder) {
        Ok(encoder) => Ok(Arc::new(encoder)),
        Err(error) => {
            let message = format!("R0208: the sentence encoder cannot be used: {error}");
            let help = "give `[nlu] encoder` in flowright.toml the folder of a BERT encoder, from the \
                        project folder: with config.json, model.safetensors, and tokenizer.json or \
                        vocab.txt";
            Err(Failure::new(message).with_help(help))
        }
    }
}

#[cfg(not(feature = "encoder"))]
fn open(folder: &Path) -> Result<Arc<dyn Encoder>, Failure> {
    let message = format!(
        "R0207: flowright.toml names the sentence encoder `{}`, and this flowright is built without the \
         part that runs one",
        folder.display()
    );
    let help = "build it with that part, from a checkout: `cargo install --path cli --features \
                encoder`; or take the line `encoder` out of flowright.toml";
    Err(Failure::new(message).with_help(help))
}
