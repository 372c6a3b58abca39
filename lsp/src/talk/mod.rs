//! Conversations that are tried out in the editor, and the project's tests.
