//! What a server tells of itself: its health, and what it speaks.

use flowright_access::FILE_DESCRIPTOR_SET;
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::caller::channel;
use super::echo;

fn of(service: &str) -> HealthCheckRequest {
    HealthCheckRequest { service: service.to_owned() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_is_that_of_the_store() {
    let world = echo().await;
    let mut health = HealthClient::new(channel(&world).await);
    for service in ["", "flowright.v1.Conversations"] {
        let answer = health.check(of(service)).await.unwrap().into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{service}");
    }
    let unknown = health.check(of("flowright.v1.Nothing")).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    let mut unknown = health.watch(of("flowright.v1.Nothing")).await.unwrap().into_inner();
    let first = unknown.message().await.unwrap().unwrap();
    assert_eq!(first.status(), ServingStatus::ServiceUnknown);
    let mut watched = health.watch(of("")).await.unwrap().into_inner();
    let first = watched.message().await.unwrap().unwrap();
    assert_eq!(first.status(), ServingStatus::Serving);
    // A server that goes down is told of before it is gone.
    let stopped = tokio::spawn(world.server.stop());
    let last = watched.message().await.unwrap().unwrap();
    assert_eq!(last.status(), ServingStatus::NotServing);
    assert_eq!(watched.message().await.unwrap(), None);
    stopped.await.unwrap();
}

/// Everything in the published files says what it is: whoever reads them has nothing else.
#[test]
fn everything_in_the_published_files_is_explained() {
    let files = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap();
    let mut bare = Vec::new();
    let own = files.file.iter().filter(|file| file.package() == "flowright.v1");
    for file in own.clone() {
        let info = file.source_code_info.as_ref().unwrap();
        let said = |path: &[i32]| {
            let of = info.location.iter().find(|location| location.path == path);
            of.is_some_and(|location| !location.leading_comments().trim().is_empty())
        };
        let (messages, enums, services) = (4, 5, 6);
        for (number, service) in (0..).zip(&file.service) {
            for (of, method) in (0..).zip(&service.method) {
                if !said(&[services, number, 2, of]) {
                    bare.push(format!("{}.{}", service.name(), method.name()));
                }
            }
        }
        let named = |name: &str| ["Request", "Response"].iter().any(|end| name.ends_with(end));
        for (number, message) in (0..).zip(&file.message_type) {
            if !named(message.name()) && !said(&[messages, number]) {
                bare.push(message.name().to_owned());
            }
        }
        for (number, kind) in (0..).zip(&file.enum_type) {
            if !said(&[enums, number]) {
                bare.push(kind.name().to_owned());
            }
        }
    }
    assert!(own.count() >= 7);
    assert!(bare.is_empty(), "without a comment: {bare:?}");
}
