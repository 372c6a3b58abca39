//! Over gRPC: in and out in pieces.

use flowright_access::v1::upload_request::Kind;
use flowright_access::v1::{
    Attachment, DownloadRequest, SendRequest, UploadOpen, UploadRequest, download_response,
};
use flowright_runtime::grpc::v1::conversations_client::ConversationsClient;
use flowright_tests::World;
use futures_util::stream;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};

use super::{PDF, files, small, world, world_with};

type Client = ConversationsClient<Channel>;

async fn client(world: &World) -> Client {
    let address = format!("http://{}", world.server.grpc_address);
    ConversationsClient::new(Endpoint::from_shared(address).unwrap().connect().await.unwrap())
}

async fn upload(client: &mut Client, pieces: Vec<Kind>) -> Result<Attachment, Status> {
    let requests = pieces.into_iter().map(|kind| UploadRequest { kind: Some(kind) });
    client.upload(stream::iter(requests)).await.map(tonic::Response::into_inner)
}

fn named(name: &str) -> Kind {
    Kind::Open(UploadOpen { name: name.to_owned(), channel: String::new() })
}

async fn download(client: &mut Client, id: &str) -> Result<(Attachment, Vec<u8>), Status> {
    let asked = DownloadRequest { id: id.to_owned() };
    let mut pieces = client.download(asked).await?.into_inner();
    let mut bytes = Vec::new();
    let mut file = Attachment::default();
    while let Some(piece) = pieces.message().await? {
        match piece.kind.unwrap() {
            download_response::Kind::Attachment(known) => file = known,
            download_response::Kind::Bytes(more) => bytes.extend(more),
        }
    }
    Ok((file, bytes))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_go_both_ways_in_pieces() {
    let world = world().await;
    let mut client = client(&world).await;
    let large = [PDF, &vec![b'x'; 500_000]].concat();
    let pieces = large.chunks(100_000).map(|piece| Kind::Bytes(piece.to_vec()));
    let all = std::iter::once(named("C:\\合同.pdf")).chain(pieces).collect();
    let file = upload(&mut client, all).await.unwrap();
    assert_eq!((file.name.as_str(), file.media_type.as_str()), ("合同.pdf", "application/pdf"));
    assert_eq!((file.bytes, file.hash.len()), (large.len() as u64, 32));
    let message = SendRequest {
        session: "s".to_owned(),
        id: "1".to_owned(),
        attachments: vec![file.id.clone()],
        ..SendRequest::default()
    };
    let answer = client.send(message.clone()).await.unwrap().into_inner();
    assert_eq!(answer.replies[0].text, "Your file has arrived.");
    let asked = flowright_access::v1::GetRequest { session: "s".to_owned() };
    let session = client.get(asked).await.unwrap().into_inner();
    let attached = session.attachments[0].attachment.clone().unwrap();
    assert_eq!((attached.name.as_str(), session.attachments[0].turn), ("合同.pdf", 1));
    let (known, bytes) = download(&mut client, &file.id).await.unwrap();
    assert_eq!((known, bytes == large), (file.clone(), true));
    // Not another one's.
    let other = SendRequest { session: "other".to_owned(), ..message };
    let refused = client.send(other).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument, "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_taken_is_said() {
    let world = world_with(|options| small(options, 1_000, 10_000)).await;
    let mut client = client(&world).await;
    for (pieces, code) in [
        (vec![], Code::InvalidArgument),
        (vec![Kind::Bytes(PDF.to_vec())], Code::InvalidArgument),
        (vec![named("a.pdf")], Code::InvalidArgument),
        (vec![named("a.pdf"), named("b.pdf")], Code::InvalidArgument),
        (vec![named("a.pdf"), Kind::Bytes(vec![b'x'; 1_001])], Code::InvalidArgument),
        (vec![named("a.pdf"), Kind::Bytes(b"MZ\x90\0\x03\0\0\0".to_vec())], Code::InvalidArgument),
    ] {
        let refused = upload(&mut client, pieces.clone()).await.unwrap_err();
        assert_eq!(refused.code(), code, "{pieces:?}: {refused:?}");
    }
    assert_eq!(download(&mut client, "x").await.unwrap_err().code(), Code::NotFound);
    assert!(files(&world).is_empty());
}
