"""Reading answers of every shape over a kept connection."""

import asyncio

import pytest

from rehearsal.traffic.http import Connection, Head, NotHttp

REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
SIZED = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Release-Version: 1.1.0\r\n\r\nhi"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n3\r\nyou\r\n0\r\n\r\n"
EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"
LAST = b"HTTP/1.1 500 Oops\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
UNTIL_CLOSED = b"HTTP/1.0 200 OK\r\n\r\nall there is"
NOT_HTTP = b"SSH-2.0-OpenSSH\r\n\r\n"


def ask(*answers: bytes) -> list[tuple[Head, bool]]:
    """Ask a server that gives these answers, one after the other; the heads and the connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
        writer.close()

    async def run() -> list[tuple[Head, bool]]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        connection = await Connection.open(*server.sockets[0].getsockname())
        heads = []
        try:
            async with asyncio.timeout(30):
                for _ in answers:
                    heads.append((await connection.get(REQUEST), connection.is_usable))
        finally:
            connection.close()
            server.close()
        return heads

    return asyncio.run(run())


def test_answers_of_every_shape_are_read_to_their_end() -> None:
    heads = ask(SIZED, CHUNKED, EMPTY, SIZED)
    assert [head.status for head, _ in heads] == [200, 200, 204, 200]
    assert heads[3][0].headers[b"x-release-version"] == b"1.1.0"


@pytest.mark.parametrize("answer", [LAST, UNTIL_CLOSED])
def test_a_connection_that_ends_is_not_used_again(answer: bytes) -> None:
    assert [is_usable for _, is_usable in ask(answer)] == [False]


def test_a_sized_answer_leaves_the_connection_usable() -> None:
    first, _ = ask(SIZED, SIZED)
    assert first[1]


def test_what_is_not_http_is_told() -> None:
    with pytest.raises(NotHttp, match="SSH"):
        ask(NOT_HTTP)


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    with pytest.raises(asyncio.IncompleteReadError):
        ask(SIZED[:-1])
