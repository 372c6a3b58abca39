//! What an editor shows of a project. Knows nothing of the protocol: places are byte offsets.
