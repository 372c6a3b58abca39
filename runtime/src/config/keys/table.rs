//! All keys of flowright.toml, as data.

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// A text in quotes that says something.
    Text,
    /// An address with a port.
    Listen,
    /// A list of texts.
    Texts,
    /// Tables, one after the other.
    Tables,
    /// A table of [`ADDRESS`].
    Address,
    /// The same with a secret.
    SignedAddress,
    /// Such a table for each of some names.
    Addresses,
    /// A table of [`CLIENT`] for each of some names.
    Clients,
}

/// The keys of a webhook channel.
pub(super) const WEBHOOK: &[Key] = &[
    key("api", Takes::Text, "\"http://127.0.0.1:9000\""),
    key("account", Takes::Text, "\"ww1234567890abcdef\""),
    key("aes_key_env", Takes::Text, "\"WECOM_AES_KEY\""),
    key("aes_key_before_env", Takes::Text, "\"WECOM_AES_KEY_BEFORE\""),
    key("secret_before_env", Takes::Text, "\"WECOM_SECRET_BEFORE\""),
    key("verify_token_env", Takes::Text, "\"META_VERIFY_TOKEN\""),
    key("per_second", Takes::Text, "\"20\""),
];

/// The keys of somebody who is sent something.
pub(super) const ADDRESS: &[Key] = &[
    key("url", Takes::Text, "\"https://crm.example.com/flowright\""),
    key("token_env", Takes::Text, "\"CRM_TOKEN\""),
    key("secret_env", Takes::Text, "\"CRM_SECRET\""),
    key("secret_before_env", Takes::Text, "\"CRM_SECRET_BEFORE\""),
];

/// The keys of a client system.
pub(super) const CLIENT: &[Key] = &[
    key("key_env", Takes::Text, "\"CRM_KEY\""),
    key("key_before_env", Takes::Text, "\"CRM_KEY_BEFORE\""),
    key("may", Takes::Texts, "[\"write\", \"read\"]"),
    key("channels", Takes::Texts, "[\"api\"]"),
];

/// A key of a table.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) takes: Takes,
    /// What may stand behind its `=`; of tables, how they begin.
    pub(super) example: &'static str,
}

const fn key(name: &'static str, takes: Takes, example: &'static str) -> Key {
    Key { name, takes, example }
}

/// The tables with their keys; `[env]` has whatever keys somebody likes.
pub(super) const TABLES: &[(&str, &[Key])] = &[
    ("serve", &[key("listen", Takes::Listen, "\"127.0.0.1:8080\"")]),
    ("grpc", &[key("listen", Takes::Listen, "\"127.0.0.1:50051\"")]),
    ("store", &[key("path", Takes::Text, "\"my_bot.sqlite\"")]),
    (
        "nlu",
        &[
            key("encoder", Takes::Text, "\"models/minilm\""),
            key("url", Takes::Text, "\"http://127.0.0.1:5005/understand\""),
            key("timeout", Takes::Text, "\"300ms\""),
            key("token_env", Takes::Text, "\"NLU_TOKEN\""),
        ],
    ),
    (
        "api",
        &[
            key("token_env", Takes::Text, "\"FLOWRIGHT_TOKEN\""),
            key("clients", Takes::Clients, "[api.clients.NAME]"),
        ],
    ),
    (
        "attachments",
        &[
            key("largest", Takes::Text, "\"25 MB\""),
            key("room", Takes::Text, "\"10 GB\""),
            key("types", Takes::Texts, "[\"image/*\", \"application/pdf\"]"),
        ],
    ),
    (
        "customers",
        &[
            key("refresh_secret_env", Takes::Text, "\"CRM_SECRET\""),
            key("refresh_secret_before_env", Takes::Text, "\"CRM_SECRET_BEFORE\""),
            key("codes_per_address", Takes::Text, "\"5\""),
            key("codes_per_conversation", Takes::Text, "\"5\""),
        ],
    ),
    ("conversations", &[key("last", Takes::Text, "\"24h\"")]),
    (
        "web",
        &[
            key("allowed_origins", Takes::Texts, "[\"https://www.example.com\"]"),
            key("token_key_env", Takes::Text, "\"CHAT_TOKEN_KEY\""),
            key("token_key_before_env", Takes::Text, "\"CHAT_TOKEN_KEY_BEFORE\""),
        ],
    ),
    (
        "deliver",
        &[
            key("replies", Takes::Addresses, "[deliver.replies.CHANNEL]"),
            key("handoffs", Takes::Address, "[deliver.handoffs]"),
            key("desk", Takes::SignedAddress, "[deliver.desk]"),
        ],
    ),
    (
        "desk",
        &[
            key("supervisors", Takes::Texts, "[\"supervisor\"]"),
            key("sign_in_lasts", Takes::Text, "\"12h\""),
            key("idle", Takes::Text, "\"1h\""),
        ],
    ),
    // Of any names: the channels.
    ("webhooks", &[]),
    (
        "email",
        &[
            key("listen", Takes::Listen, "\"127.0.0.1:2525\""),
            key("hostname", Takes::Text, "\"mx.example.com\""),
            key("certificate", Takes::Text, "\"tls/mx.pem\""),
            key("certificate_key", Takes::Text, "\"tls/mx.key\""),
            key("tls", Takes::Text, "\"required\""),
            key("trusted", Takes::Texts, "[\"10.0.0.5\"]"),
            key("authserv_id", Takes::Text, "\"mx.example.com\""),
            key("key_env", Takes::Text, "\"MAIL_KEY\""),
            key("name", Takes::Text, "\"Acme Support\""),
            key("smarthost", Takes::Text, "\"smtp.example.com:587\""),
            key("smarthost_tls", Takes::Text, "\"starttls\""),
            key("smarthost_user", Takes::Text, "\"acme\""),
            key("smarthost_password_env", Takes::Text, "\"SMTP_PASSWORD\""),
            key("smarthost_ca", Takes::Text, "\"tls/ca.pem\""),
        ],
    ),
    ("env", &[]),
    ("demo", &[key("customers", Takes::Tables, "[[demo.customers]]")]),
];
