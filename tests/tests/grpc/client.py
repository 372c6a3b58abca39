"""Calls a server of Flowright with Python's grpcio: client.py PROTO_FOLDER ADDRESS PART."""

import importlib
import queue
import sys
import tempfile
from pathlib import Path

import grpc
from google.protobuf import descriptor_pool, json_format, struct_pb2
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from grpc_status import rpc_status
from grpc_tools import protoc

SECONDS = 30


def compiled(folder):
    """The published files, compiled by protoc as anybody would."""
    out = tempfile.mkdtemp()
    files = sorted(str(path) for path in Path(folder).rglob("*.proto"))
    include = importlib.resources.files("grpc_tools") / "_proto"
    code = protoc.main(
        ["protoc", f"-I{folder}", f"-I{include}", f"--python_out={out}", f"--grpc_python_out={out}"]
        + files
    )
    assert code == 0, code
    sys.path.insert(0, out)
    return (
        importlib.import_module("flowright.v1.conversations_pb2"),
        importlib.import_module("flowright.v1.conversations_pb2_grpc"),
    )


def expect(found, expected):
    assert found == expected, f"{found!r} is not {expected!r}"


def refused(code, call, *arguments, **named):
    try:
        call(*arguments, **named)
    except grpc.RpcError as error:
        expect(error.code(), code)
        return error
    raise AssertionError(f"not refused with {code}")


class Talk:
    """A stream: what it is given goes out, until it is closed."""

    def __init__(self, stub, pb, session, after=0, **named):
        self.pb = pb
        self.requests = queue.Queue()
        self.requests.put(pb.TalkRequest(open=pb.TalkOpen(session=session, after=after, **named)))
        self.call = stub.Talk(iter(self.requests.get, None), timeout=SECONDS)

    def say(self, id, text):
        self.requests.put(self.pb.TalkRequest(message=self.pb.TalkMessage(id=id, text=text)))

    def close(self):
        self.requests.put(None)

    def until(self, kind):
        seen = []
        for answer in self.call:
            seen.append(answer)
            if answer.WhichOneof("kind") == kind:
                return seen
        raise AssertionError(f"the stream ended: {seen}")


def texts(answers):
    return [a.reply.text for a in answers if a.WhichOneof("kind") == "reply"]


def order(stub, pb, channel):
    customer = struct_pb2.Struct()
    customer.update({"id": "C-1001", "tier": "gold"})
    first = stub.Send(
        pb.SendRequest(
            session="py", id="1", text="我需要修改订单#12345的交货日期。", customer=customer
        ),
        timeout=SECONDS,
    )
    expect([r.text for r in first.replies], ["当前交货日为6月10日,请确认新日期(格式YYYY-MM-DD):"])
    second = pb.SendRequest(session="py", id="2", text="6月15日。")
    done = stub.Send(second, timeout=SECONDS)
    expect([r.text for r in done.replies], ["已验证权限,正在更新...", "更新成功,新交货日为6月15日。"])
    again = stub.Send(second, timeout=SECONDS)
    expect((again.is_repeat, list(again.replies)), (True, list(done.replies)))
    expect(done.status, pb.CONVERSATION_STATUS_BOT)
    listed = stub.ListReplies(pb.ListRepliesRequest(session="py", after=1), timeout=SECONDS)
    expect([r.seq for r in listed.replies], [2, 3])
    expect(stub.Get(pb.GetRequest(session="py"), timeout=SECONDS).channel, "rpc")

    # A file goes both ways in pieces, and alone it is no miss.
    content = b"%PDF-1.7\n" + b"x" * 200_000
    pieces = [pb.UploadRequest(bytes=content[at : at + 65_536]) for at in range(0, len(content), 65_536)]
    opened = pb.UploadRequest(open=pb.UploadOpen(name="合同.pdf"))
    file = stub.Upload(iter([opened, *pieces]), timeout=SECONDS)
    expect((file.name, file.media_type, file.bytes), ("合同.pdf", "application/pdf", len(content)))
    sent = pb.SendRequest(session="py", id="3", attachments=[file.id])
    expect([r.text for r in stub.Send(sent, timeout=SECONDS).replies][0], "文件已收到。")
    came = list(stub.Download(pb.DownloadRequest(id=file.id), timeout=SECONDS))
    expect(came[0].attachment.name, "合同.pdf")
    expect(b"".join(piece.bytes for piece in came[1:]), content)

    talk = Talk(stub, pb, "py-talk", customer=customer, language="en")
    talk.until("status")
    talk.say("1", "I need to change the delivery date of order #12345.")
    asked = talk.until("ack")
    expect(texts(asked), ["It is due on 15 June. What is the new date (YYYY-MM-DD)?"])
    last = [a.reply.seq for a in asked if a.WhichOneof("kind") == "reply"][-1]
    # It breaks, and goes on behind the last reply.
    talk.call.cancel()
    talk = Talk(stub, pb, "py-talk", after=last)
    expect(texts(talk.until("status")), [])
    talk.say("2", "20 June")
    expect(
        texts(talk.until("ack")),
        ["Permission verified, updating…", "Done. The new delivery date is 20 June."],
    )
    talk.close()
    expect([a.WhichOneof("kind") for a in talk.call], ["status"])
    expect(talk.call.code(), grpc.StatusCode.OK)


def describe(stub, pb, channel):
    database = ProtoReflectionDescriptorDatabase(channel)
    services = set(database.get_services())
    wanted = {"flowright.v1.Conversations", "grpc.health.v1.Health"}
    assert wanted <= services, services
    # Called by what reflection tells alone, as grpcurl does.
    pool = descriptor_pool.DescriptorPool(database)
    service = pool.FindServiceByName("flowright.v1.Conversations")
    expect(
        sorted(method.name for method in service.methods),
        ["Act", "Download", "Get", "ListReplies", "Send", "Talk", "Upload"],
    )
    from google.protobuf import message_factory

    method = service.methods_by_name["Send"]
    asked = message_factory.GetMessageClass(method.input_type)
    answered = message_factory.GetMessageClass(method.output_type)
    send = channel.unary_unary(
        "/flowright.v1.Conversations/Send",
        request_serializer=asked.SerializeToString,
        response_deserializer=answered.FromString,
    )
    message = json_format.ParseDict({"session": "r", "id": "1", "text": "echo"}, asked())
    answer = json_format.MessageToDict(send(message, timeout=SECONDS))
    expect(answer["replies"][0]["text"], "What?")
    expect(answer["status"], "CONVERSATION_STATUS_BOT")

    health = health_pb2_grpc.HealthStub(channel)
    for name in ["", "flowright.v1.Conversations"]:
        state = health.Check(health_pb2.HealthCheckRequest(service=name), timeout=SECONDS)
        expect(state.status, health_pb2.HealthCheckResponse.SERVING)
    nobody = health_pb2.HealthCheckRequest(service="nobody")
    refused(grpc.StatusCode.NOT_FOUND, health.Check, nobody, timeout=SECONDS)
    watch = health.Watch(health_pb2.HealthCheckRequest(), timeout=SECONDS)
    expect(next(watch).status, health_pb2.HealthCheckResponse.SERVING)
    watch.cancel()


def refusals(stub, pb, channel):
    token = [("authorization", "Bearer secret-token")]
    message = pb.SendRequest(session="s", id="1", text="echo")
    for metadata in [[], [("authorization", "Bearer wrong")]]:
        refused(
            grpc.StatusCode.UNAUTHENTICATED, stub.Send, message, metadata=metadata, timeout=SECONDS
        )
    large = pb.SendRequest(session="s", id="1", text="x" * (5 << 20))
    refused(grpc.StatusCode.RESOURCE_EXHAUSTED, stub.Send, large, metadata=token, timeout=SECONDS)
    long = pb.SendRequest(session="s", id="1", text="x" * 10_001)
    error = refused(
        grpc.StatusCode.INVALID_ARGUMENT, stub.Send, long, metadata=token, timeout=SECONDS
    )
    expect(error.details(), "the message is longer than 10000 characters")
    nobody = pb.GetRequest(session="nobody")
    refused(grpc.StatusCode.NOT_FOUND, stub.Get, nobody, metadata=token, timeout=SECONDS)
    unknown = channel.unary_unary("/flowright.v1.Conversations/Nothing")
    refused(grpc.StatusCode.UNIMPLEMENTED, unknown, b"", metadata=token, timeout=SECONDS)
    broken = channel.unary_unary("/flowright.v1.Conversations/Send")
    refused(grpc.StatusCode.INTERNAL, broken, b"\xff\xff\xff", metadata=token, timeout=SECONDS)

    # More than a session holds: each is told when to come again.
    def many(number):
        asked = pb.SendRequest(session="many", id=f"m{number}", text="echo")
        return stub.Send.future(asked, metadata=token, timeout=SECONDS)

    codes = set()
    for call in [many(number) for number in range(400)]:
        codes.add(call.code())
        if call.code() == grpc.StatusCode.RESOURCE_EXHAUSTED:
            status = rpc_status.from_call(call)
            info = error_details_pb2.RetryInfo()
            assert status.details[0].Unpack(info), status
            expect(info.retry_delay.seconds, 1)
    assert codes <= {grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED}, codes
    answer = stub.Send(message, metadata=token, timeout=SECONDS)
    expect((answer.turn, answer.is_repeat), (1, False))


def deadline(stub, pb, channel):
    customer = struct_pb2.Struct()
    customer.update({"id": "C-1001", "tier": "gold"})
    message = pb.SendRequest(
        session="late", id="1", text="把订单12345改到6月20日交货", customer=customer
    )
    refused(grpc.StatusCode.DEADLINE_EXCEEDED, stub.Send, message, timeout=0.25)
    call = stub.Send.future(message, timeout=SECONDS)
    call.cancel()
    expect(call.code(), grpc.StatusCode.CANCELLED)
    # The third time it is there: the same message, its only answer.
    answer = stub.Send(message, timeout=SECONDS)
    expect((answer.is_repeat, answer.turn), (True, 1))
    expect(answer.replies[-1].text, "更新成功,新交货日为6月20日。")


def main():
    folder, address, part = sys.argv[1:]
    pb, pb_grpc = compiled(folder)
    with grpc.insecure_channel(address) as channel:
        stub = pb_grpc.ConversationsStub(channel)
        parts = {
            "order": order,
            "describe": describe,
            "refusals": refusals,
            "deadline": deadline,
        }
        parts[part](stub, pb, channel)
    print("done")


main()
