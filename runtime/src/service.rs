//! The whole server: store, dispatch, HTTP. `Options` say how, `Service` starts it, `Handle` is
//! what is left to hold.

mod error;
mod options;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::access::email::{EmailOptions, MailServer};
use crate::access::social::Social;
use crate::access::{Access, Confirmations, Contacts, Linker, Porter, Profiles};
use crate::actions::ActionClient;
use crate::attachments::{Attachments, Folder, Sweeper};
use crate::clock::SharedClock;
use crate::desk::accounts::{Accounts, Keeper};
use crate::desk::{Desk, DeskService};
pub use crate::dispatch::Resumed;
use crate::dispatch::{Dispatch, Journals, Outside};
use crate::external::{Asker, ExternalOptions};
use crate::grpc::{self, Services};
use crate::http::{App, Server};
use crate::knowledge::{Library, SharedKnowledgeStore};
use crate::limits::{CONNECTIONS_MAX, DRAIN_TIMEOUT};
use crate::outbox::{Courier, DeliverTo};
use crate::programs::{Loader, Programs};
use crate::store::{SharedAccessStore, SharedAccountStore, SharedStore, SqliteStore};
use crate::telemetry::Metrics;
pub use error::Error;
pub use options::Options;

/// A server that runs.
#[derive(Debug)]
pub struct Handle {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it listens for gRPC.
    pub grpc_address: SocketAddr,
    /// Where it takes mail, if it does.
    pub mail_address: Option<SocketAddr>,
    /// Sessions with calls from before a crash.
    pub resumed: Resumed,
    dispatch: Dispatch,
    access: Access,
    desk: Desk,
    accounts: Accounts,
    server: Server,
    grpc: Option<grpc::Server>,
    /// The timers, the courier, the porter, the sweeper, the linker, the keeper and the desk.
    loops: Vec<JoinHandle<()>>,
}

/// Starts servers.
#[derive(Debug)]
pub struct Service;

impl Service {
    /// Starts a server on a bundle's bytes. It runs until [`Handle::stop`].
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn start(bundle: &[u8], loader: Loader, options: Options) -> Result<Handle, Error> {
        options.check()?;
        let is_open = options.is_open();
        let programs = Programs::new(bundle, loader).map_err(Error::Bundle)?;
        let metrics = Arc::new(Metrics::default());
        let store = SqliteStore::open(&options.store, &options.sqlite, Arc::clone(&metrics))?;
        let access_store: SharedAccessStore = Arc::new(store.clone());
        let account_store: SharedAccountStore = Arc::new(store.clone());
        let accounts =
            Accounts::open(account_store, Arc::clone(&options.clock), options.desk).await?;
        let attachments = Attachments::new(
            Arc::new(store.clone()),
            Arc::new(Folder::beside(&options.store)),
            Arc::clone(&options.clock),
            Arc::clone(&metrics),
            options.attachments,
        );
        let attachments = attachments.await?;
        let knowledge: SharedKnowledgeStore = Arc::new(store.clone());
        let knowledge = Library::open(knowledge, &programs.current().program).await?;
        let journals = options.debug.then(|| Journals::new(Arc::new(store.clone())));
        let store: SharedStore = Arc::new(store);
        store.put_bundle(&programs.current().bundle, bundle).await?;
        let (listener, address) = bind(options.listen, "--listen").await?;
        let grpc = match options.grpc {
            Some(address) => Some(bind(address, "--grpc-listen").await?),
            None => None,
        };
        let email = options.email;
        let transport = options.transport;
        let actions = ActionClient::new(Arc::clone(&transport), options.variables)
            .with_more(options.more_variables);
        let asker = |external: ExternalOptions| {
            Asker::new(external, Arc::clone(&options.clock), Arc::clone(&metrics))
        };
        let social = Social::new(options.social, &transport, &options.clock);
        let mut outlets = options.outlets;
        outlets.extend(social.outlets());
        let deliver = DeliverTo::new(&options.deliver, &outlets);
        let delivered = options.deliver.replies.keys().cloned().collect();
        let contacts = Contacts::new(Arc::clone(&access_store), outlets.clone(), delivered);
        let confirmations = Confirmations::new(
            Arc::clone(&access_store),
            &outlets,
            options.codes,
            deliver.clone(),
            Arc::clone(&options.clock),
        );
        let courier = Courier::new(
            Arc::clone(&store),
            transport,
            (options.deliver, outlets),
            &deliver,
            Arc::clone(&options.clock),
            Arc::clone(&metrics),
        );
        let profiles = Profiles::new(
            actions.clone(),
            Arc::clone(&access_store),
            Arc::clone(&options.clock),
            Arc::clone(&metrics),
        );
        let asker = options.external.map(asker);
        let outside = Outside {
            actions,
            asker,
            profiles: Some(profiles),
            contacts: Some(contacts),
            confirmations: Some(confirmations.clone()),
            knowledge: Some(knowledge),
            deliver,
        };
        let dispatch = Dispatch::new(
            programs,
            store,
            outside,
            Arc::clone(&options.clock),
            metrics,
            options.conversations_last,
        );
        let (desk, desk_task) = DeskService::start(dispatch.clone(), Arc::clone(&options.clock))
            .map_err(|e| Error::Bundle(e.to_string()))?;
        dispatch.drop_bundles().await?;
        let resumed = dispatch.resume_at_start().await?;
        let clock = Arc::clone(&options.clock);
        let access = Access::new(
            dispatch.clone(),
            access_store,
            attachments.clone(),
            clock,
            options.token_keys,
        );
        let mail = match email {
            Some(email) => Some(mail_server(email, &access, options.clock).await?),
            None => None,
        };
        let mail_address = mail.as_ref().map(MailServer::address);
        let mut loops = vec![
            tokio::spawn(dispatch.clone().watch_timers()),
            tokio::spawn(courier.run()),
            tokio::spawn(Porter::new(access.clone(), social.clone()).run()),
            tokio::spawn(Sweeper::new(attachments).run()),
            tokio::spawn(Linker::new(access.clone(), confirmations).run()),
            desk_task,
            tokio::spawn(Keeper::new(accounts.clone(), dispatch.clone()).run()),
        ];
        loops.extend(mail.map(|mail| tokio::spawn(mail.run())));
        let demo = if is_open { options.demo_customers } else { Vec::new() };
        let origins = options.allowed_origins;
        let app = App::new(
            access.clone(),
            (accounts.clone(), desk.clone()),
            options.token,
            origins,
            demo,
        );
        let app = app.with_social(social).with_clients(options.clients, options.changes);
        let app = app.with_journals(journals);
        let services = Services::new(app.clone()).map_err(|e| Error::Grpc(e.to_string()))?;
        let (beside, grpc_address, grpc) = match grpc {
            Some((listener, own)) => (None, own, Some(grpc::Server::start(listener, services))),
            None => (Some(services), address, None),
        };
        let server = Server::start_within(listener, app, CONNECTIONS_MAX, beside);
        Ok(Handle {
            address,
            grpc_address,
            mail_address,
            resumed,
            dispatch,
            access,
            desk,
            accounts,
            server,
            grpc,
            loops,
        })
    }
}

/// Listens on an address; the address with the port that it got.
async fn bind(
    address: SocketAddr,
    option: &'static str,
) -> Result<(TcpListener, SocketAddr), Error> {
    let listener = TcpListener::bind(address).await.map_err(|e| Error::Listen {
        address,
        in_use: e.kind() == std::io::ErrorKind::AddrInUse,
        cause: e.to_string(),
        option,
    })?;
    let address = listener.local_addr().unwrap_or(address);
    Ok((listener, address))
}

async fn mail_server(
    email: EmailOptions,
    access: &Access,
    clock: SharedClock,
) -> Result<MailServer, Error> {
    let address = email.listen;
    MailServer::bind(email, access.clone(), clock).await.map_err(|e| Error::Listen {
        address,
        in_use: e.kind() == std::io::ErrorKind::AddrInUse,
        cause: e.to_string(),
        option: "`listen` under `[email]`",
    })
}

impl Handle {
    /// The way to its sessions.
    #[must_use]
    pub const fn dispatch(&self) -> &Dispatch {
        &self.dispatch
    }

    /// The way in for channels.
    #[must_use]
    pub const fn access(&self) -> &Access {
        &self.access
    }

    /// The desk.
    #[must_use]
    pub const fn desk(&self) -> &Desk {
        &self.desk
    }

    /// The accounts of its desk.
    #[must_use]
    pub const fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Stops: no new connections, requests under way get their answers, then sessions end.
    ///
    /// Comes back with the number of sessions whose calls were still under way; they go on at the
    /// next start.
    pub async fn stop(self) -> usize {
        let grpc = async {
            if let Some(grpc) = self.grpc {
                grpc.stop(DRAIN_TIMEOUT).await;
            }
        };
        tokio::join!(self.server.stop(DRAIN_TIMEOUT), grpc);
        if let Err(error) = self.accounts.tidy().await {
            tracing::warn!(%error, "when people at the desk were last there is not stored");
        }
        let busy = self.dispatch.close(DRAIN_TIMEOUT).await;
        for work in self.loops {
            work.abort();
            // Cut off is what it was meant to be.
            let _ = work.await;
        }
        busy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_shown_without_what_is_secret() {
        let mut options = Options::local(std::path::PathBuf::from("s.sqlite"));
        options.token = Some("s3cret".to_owned().into());
        options.variables.insert("CRM_KEY".to_owned(), "k3y".to_owned().into());
        let client = ActionClient::new(Arc::clone(&options.transport), options.variables.clone());
        let shown = format!("{options:?} {client:?}");
        assert!(shown.contains("CRM_KEY"), "{shown}");
        assert!(!shown.contains("s3cret") && !shown.contains("k3y"), "{shown}");
    }
}
