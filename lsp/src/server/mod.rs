//! The language server: the protocol, one thin handler for each feature.
