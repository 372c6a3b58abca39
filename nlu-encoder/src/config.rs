//! `config.json`: how large the network is. Whatever would be another network is refused.

use std::path::Path;

use flowright_nlu::ENCODER_WIDTH_MAX;
use serde::Deserialize;

use crate::error::OpenError;
use crate::files::read_json;

/// What is between the two steps of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum Activation {
    /// The exact one, by the error function.
    #[serde(rename = "gelu")]
    Gelu,
    /// The one by the hyperbolic tangent.
    #[serde(rename = "gelu_new", alias = "gelu_pytorch_tanh")]
    GeluTanh,
    /// Nothing below zero.
    #[serde(rename = "relu")]
    Relu,
}

/// The part of `config.json` that decides what a network gives.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Config {
    model_type: String,
    /// Numbers of a word piece, and of a sentence.
    pub hidden_size: usize,
    /// Numbers between the two steps of a layer.
    pub intermediate_size: usize,
    /// Layers.
    pub num_hidden_layers: usize,
    /// Parts into which attention is divided.
    pub num_attention_heads: usize,
    /// Word pieces at most.
    pub max_position_embeddings: usize,
    /// Word pieces that there are.
    pub vocab_size: usize,
    /// What is between the two steps of a layer.
    pub hidden_act: Activation,
    /// What keeps a division from being one by zero.
    pub layer_norm_eps: f64,
    #[serde(default = "absolute")]
    position_embedding_type: String,
}

fn absolute() -> String {
    "absolute".to_owned()
}

/// `1_Pooling/config.json`: what becomes of the numbers of each word piece.
#[derive(Debug, Deserialize)]
struct Pooling {
    #[serde(default)]
    pooling_mode_mean_tokens: bool,
    #[serde(default)]
    pooling_mode_cls_token: bool,
    #[serde(default)]
    pooling_mode_max_tokens: bool,
    #[serde(default)]
    pooling_mode_mean_sqrt_len_tokens: bool,
}

impl Config {
    /// Reads it from the folder of an encoder.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn read(folder: &Path) -> Result<Self, OpenError> {
        let path = folder.join("config.json");
        let Some(config) = read_json::<Self>(&path)? else {
            return Err(OpenError::new(&path, "there is no such file"));
        };
        config.check().map_err(|cause| OpenError::new(&path, cause))?;
        let pooling = folder.join("1_Pooling").join("config.json");
        match read_json::<Pooling>(&pooling)? {
            Some(found) if !found.is_mean() => {
                let cause = "only encoders whose sentence is the mean of its word pieces are read";
                Err(OpenError::new(&pooling, cause))
            }
            _ => Ok(config),
        }
    }

    fn check(&self) -> Result<(), String> {
        if self.model_type != "bert" {
            return Err(format!("a `{}` is not read, only a `bert`", self.model_type));
        }
        if self.position_embedding_type != "absolute" {
            let kind = &self.position_embedding_type;
            return Err(format!("positions are `{kind}`; only `absolute` ones are read"));
        }
        let within = |name: &str, number: usize, most: usize| match (1..=most).contains(&number) {
            true => Ok(()),
            false => Err(format!("`{name}` is {number}, not 1 to {most}")),
        };
        within("hidden_size", self.hidden_size, ENCODER_WIDTH_MAX)?;
        within("intermediate_size", self.intermediate_size, 65_536)?;
        within("num_hidden_layers", self.num_hidden_layers, 64)?;
        within("num_attention_heads", self.num_attention_heads, 256)?;
        within("max_position_embeddings", self.max_position_embeddings, 65_536)?;
        within("vocab_size", self.vocab_size, 1_000_000)?;
        if self.max_position_embeddings < 3 {
            return Err("`max_position_embeddings` has no room for a word".to_owned());
        }
        if !self.hidden_size.is_multiple_of(self.num_attention_heads) {
            return Err("`hidden_size` is no multiple of `num_attention_heads`".to_owned());
        }
        match self.layer_norm_eps.is_finite() && self.layer_norm_eps > 0.0 {
            true => Ok(()),
            false => Err("`layer_norm_eps` is not above zero".to_owned()),
        }
    }
}

impl Pooling {
    const fn is_mean(&self) -> bool {
        self.pooling_mode_mean_tokens
            && !self.pooling_mode_cls_token
            && !self.pooling_mode_max_tokens
            && !self.pooling_mode_mean_sqrt_len_tokens
    }
}
