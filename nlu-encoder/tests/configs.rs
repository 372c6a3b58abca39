//! Which networks are read, and what is said of others.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use flowright_nlu_encoder::{Activation, Config};

const SMALL: &str = r#"{"model_type": "bert", "hidden_size": 384, "intermediate_size": 1536,
    "num_hidden_layers": 6, "num_attention_heads": 12, "max_position_embeddings": 512,
    "vocab_size": 30522, "hidden_act": "gelu", "layer_norm_eps": 1e-12, "more": true}"#;

fn read(name: &str, config: &str, pooling: Option<&str>) -> Result<Config, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("1_Pooling")).unwrap();
    std::fs::write(folder.join("config.json"), config).unwrap();
    if let Some(pooling) = pooling {
        std::fs::write(folder.join("1_Pooling/config.json"), pooling).unwrap();
    }
    Config::read(&folder).map_err(|e| e.to_string())
}

#[test]
fn a_bert_is_read() {
    let config = read("bert", SMALL, Some(r#"{"pooling_mode_mean_tokens": true}"#)).unwrap();
    assert_eq!((config.hidden_size, config.hidden_act), (384, Activation::Gelu));
}

#[test]
fn other_networks_are_refused() {
    for (from, to, cause) in [
        ("\"bert\"", "\"roberta\"", "a `roberta` is not read, only a `bert`"),
        ("384", "0", "`hidden_size` is 0, not 1 to 4096"),
        ("384", "100000", "`hidden_size` is 100000"),
        ("384", "385", "no multiple of `num_attention_heads`"),
        ("\"gelu\"", "\"swish\"", "unknown variant `swish`"),
        ("1e-12", "0.0", "`layer_norm_eps` is not above zero"),
        ("512", "2", "no room for a word"),
        ("\"more\": true", "\"position_embedding_type\": \"relative_key\"", "only `absolute`"),
        ("\"vocab_size\": 30522,", "", "missing field `vocab_size`"),
    ] {
        assert!(SMALL.contains(from));
        let found = read("other_network", &SMALL.replacen(from, to, 1), None).unwrap_err();
        assert!(found.contains(cause) && found.contains("config.json"), "{found}");
    }
    let pooling = r#"{"pooling_mode_mean_tokens": false, "pooling_mode_cls_token": true}"#;
    let found = read("cls", SMALL, Some(pooling)).unwrap_err();
    assert!(found.contains("the mean of its word pieces"), "{found}");
}
