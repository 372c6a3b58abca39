//! The network: word pieces to numbers, by the weights of `model.safetensors`.

use std::collections::HashMap;

use candle_core::{D, Device, Result, Tensor};
use candle_nn::{LayerNorm, Linear, Module as _, ops};

use crate::config::{Activation, Config};

/// A network with its weights.
#[derive(Debug)]
pub(crate) struct Bert {
    words: Tensor,
    /// What a place adds, and the one kind of sentence that there is.
    places: Tensor,
    kind: Tensor,
    norm: LayerNorm,
    layers: Vec<Layer>,
    activation: Activation,
}

#[derive(Debug)]
struct Layer {
    query: Linear,
    key: Linear,
    value: Linear,
    attended: Linear,
    attended_norm: LayerNorm,
    inner: Linear,
    outer: Linear,
    norm: LayerNorm,
    heads: usize,
}

/// Weights by name, each of the shape that it must have.
struct Weights {
    tensors: HashMap<String, Tensor>,
    epsilon: f64,
}

impl Weights {
    fn take(&mut self, name: &str, shape: &[usize]) -> std::result::Result<Tensor, String> {
        let found =
            self.tensors.remove(name).or_else(|| self.tensors.remove(&format!("bert.{name}")));
        let tensor = found.ok_or_else(|| format!("it has no weights `{name}`"))?;
        if tensor.dims() != shape {
            let found = tensor.dims();
            return Err(format!(
                "the weights `{name}` are {found:?}, not {shape:?} as config.json says"
            ));
        }
        tensor.to_dtype(candle_core::DType::F32).map_err(|e| format!("the weights `{name}`: {e}"))
    }

    fn linear(
        &mut self,
        name: &str,
        to: usize,
        from: usize,
    ) -> std::result::Result<Linear, String> {
        let weight = self.take(&format!("{name}.weight"), &[to, from])?;
        Ok(Linear::new(weight, Some(self.take(&format!("{name}.bias"), &[to])?)))
    }

    fn norm(&mut self, name: &str, width: usize) -> std::result::Result<LayerNorm, String> {
        let weight = self.take(&format!("{name}.weight"), &[width])?;
        Ok(LayerNorm::new(weight, self.take(&format!("{name}.bias"), &[width])?, self.epsilon))
    }
}

impl Bert {
    /// Takes the weights from the bytes of a safetensors file.
    ///
    /// # Errors
    /// What is wrong with them.
    pub(crate) fn new(bytes: &[u8], config: &Config) -> std::result::Result<Self, String> {
        let tensors = candle_core::safetensors::load_buffer(bytes, &Device::Cpu)
            .map_err(|e| format!("these are no weights: {e}"))?;
        let mut weights = Weights { tensors, epsilon: config.layer_norm_eps };
        let width = config.hidden_size;
        let places = config.max_position_embeddings;
        let of = "embeddings";
        let words =
            weights.take(&format!("{of}.word_embeddings.weight"), &[config.vocab_size, width])?;
        let places = weights.take(&format!("{of}.position_embeddings.weight"), &[places, width])?;
        // How many kinds of sentence there are does not matter: all are of the first.
        let kinds = format!("{of}.token_type_embeddings.weight");
        let known =
            weights.tensors.get(&kinds).or_else(|| weights.tensors.get(&format!("bert.{kinds}")));
        let count = known.and_then(|kinds| kinds.dims().first().copied()).unwrap_or(1);
        let kind = weights.take(&kinds, &[count, width])?;
        let kind = kind.narrow(0, 0, 1).map_err(|e| format!("the weights `{kinds}`: {e}"))?;
        let norm = weights.norm(&format!("{of}.LayerNorm"), width)?;
        let layers = (0..config.num_hidden_layers).map(|n| Layer::new(&mut weights, n, config));
        let layers = layers.collect::<std::result::Result<_, _>>()?;
        Ok(Self { words, places, kind, norm, layers, activation: config.hidden_act })
    }

    /// The mean over the pieces of each of some sentences, all of the same number of pieces.
    ///
    /// # Errors
    /// What the arithmetic refuses.
    pub(crate) fn sentences(&self, pieces: &[u32], sentences: usize) -> Result<Vec<Vec<f32>>> {
        let length = pieces.len() / sentences.max(1);
        let pieces = Tensor::new(pieces, &Device::Cpu)?;
        let width = self.words.dim(1)?;
        let words = self.words.index_select(&pieces, 0)?.reshape((sentences, length, width))?;
        let places = self.places.narrow(0, 0, length)?;
        let embedded = words.broadcast_add(&places)?.broadcast_add(&self.kind)?;
        let mut state = self.norm.forward(&embedded)?;
        for layer in &self.layers {
            state = layer.forward(&state, self.activation)?;
        }
        state.mean(1)?.to_vec2()
    }
}

impl Layer {
    fn new(
        weights: &mut Weights,
        number: usize,
        config: &Config,
    ) -> std::result::Result<Self, String> {
        let (width, inner) = (config.hidden_size, config.intermediate_size);
        let name = |part: &str| format!("encoder.layer.{number}.{part}");
        Ok(Self {
            query: weights.linear(&name("attention.self.query"), width, width)?,
            key: weights.linear(&name("attention.self.key"), width, width)?,
            value: weights.linear(&name("attention.self.value"), width, width)?,
            attended: weights.linear(&name("attention.output.dense"), width, width)?,
            attended_norm: weights.norm(&name("attention.output.LayerNorm"), width)?,
            inner: weights.linear(&name("intermediate.dense"), inner, width)?,
            outer: weights.linear(&name("output.dense"), width, inner)?,
            norm: weights.norm(&name("output.LayerNorm"), width)?,
            heads: config.num_attention_heads,
        })
    }

    fn forward(&self, state: &Tensor, activation: Activation) -> Result<Tensor> {
        let (sentences, length, width) = state.dims3()?;
        let each = width / self.heads;
        let by_head = |of: &Linear| {
            let all = of.forward(state)?.reshape((sentences, length, self.heads, each))?;
            all.transpose(1, 2)?.contiguous()
        };
        let (query, key, value) =
            (by_head(&self.query)?, by_head(&self.key)?, by_head(&self.value)?);
        let scores = (query.matmul(&key.t()?)? / (each as f64).sqrt())?;
        let seen = ops::softmax_last_dim(&scores)?.matmul(&value)?;
        let seen = seen.transpose(1, 2)?.contiguous()?.flatten_from(D::Minus2)?;
        let state = self.attended_norm.forward(&(self.attended.forward(&seen)? + state)?)?;
        let inner = self.inner.forward(&state)?;
        let inner = match activation {
            Activation::Gelu => inner.gelu_erf()?,
            Activation::GeluTanh => inner.gelu()?,
            Activation::Relu => inner.relu()?,
        };
        self.norm.forward(&(self.outer.forward(&inner)? + state)?)
    }
}
