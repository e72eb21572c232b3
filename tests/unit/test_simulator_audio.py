from __future__ import annotations

import io
import struct
import wave

import pytest
from twilio.request_validator import RequestValidator

from appconnect import Config
from appconnect.simulator import MediaModel, Simulator
from appconnect.simulator.audio import wav_seconds
from appconnect.transport import FormRequest, Response
from tests.unit.applications import response


def wav(seconds: float, rate: int = 8_000, width: int = 2, channels: int = 1) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(channels)
        writer.setsampwidth(width)
        writer.setframerate(rate)
        writer.writeframes(bytes(round(seconds * rate) * width * channels))
    return file.getvalue()


def chunks(*parts: tuple[bytes, bytes]) -> bytes:
    body = b"".join(
        name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for name, data in parts
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body


FORMAT = (b"fmt ", struct.pack("<HHIIHHH", 7, 1, 8_000, 8_000, 1, 8, 0))


@pytest.mark.parametrize(
    ("data", "seconds"),
    [
        pytest.param(wav(2.5), 2.5, id="speech"),
        pytest.param(wav(1.25, 44_100, 2, 2), 1.25, id="stereo"),
        pytest.param(wav(0), 0.0, id="nothing said"),
        pytest.param(chunks(FORMAT, (b"fact", b"\0" * 4), (b"data", b"\0" * 4_000)), 0.5, id="mu-law"),
        pytest.param(chunks((b"LIST", b"odd"), FORMAT, (b"data", b"\0" * 8)), 0.001, id="odd chunk"),
        pytest.param(wav(3)[:500], 3.0, id="cut off"),
        pytest.param(
            chunks(FORMAT) + b"data" + struct.pack("<I", 0xFFFF_FFFF) + b"\0" * 8_000,
            1.0,
            id="streamed",
        ),
        pytest.param(chunks((b"data", b"\0" * 8)), None, id="no format"),
        pytest.param(chunks((b"fmt ", b"\0" * 16), (b"data", b"\0" * 8)), None, id="no rate"),
        pytest.param(chunks(FORMAT), None, id="no data"),
        pytest.param(b"RIFF\0\0\0\0WAVEfmt ", None, id="breaks off"),
        pytest.param(b"ID3\x04", None, id="mp3"),
        pytest.param(b"", None, id="empty"),
    ],
)
def test_wav_files_are_measured(data: bytes, seconds: float | None) -> None:
    assert wav_seconds(data) == pytest.approx(seconds)


class Files:
    """An application with one file, and what was asked of it."""

    def __init__(self, answer: Response, document: str = "<Say>.</Say><Play>/a.wav</Play>") -> None:
        self.answer = answer
        self.document = document
        self.asked: list[FormRequest] = []

    def __call__(self, request: FormRequest) -> str | Response:
        if request.path == "/fallback":
            return response(f"<Say>Sorry, {request.form['ErrorCode']} at {request.form['ErrorUrl']}</Say>")
        if request.path.endswith(".wav"):
            self.asked.append(request)
            if request.path == "/moved.wav":
                return Response(302, [("Location", "/a.wav")], b"")
            return self.answer
        return response(self.document)


def audio(data: bytes, kind: str = "audio/wav") -> Response:
    return Response(200, [("Content-Type", kind)], data)


def test_a_file_of_the_application_lasts_as_long_as_it_does() -> None:
    files = Files(audio(wav(12.5)))
    with Simulator() as simulator:
        caller = simulator.call(files)
        caller.hears("/a.wav")
        caller.ends("completed")
        assert caller.duration == 0.5 + 12.5
        (asked,) = files.asked
        assert asked.method == "GET"
        assert asked.url == "https://testserver/a.wav"
        assert not asked.pairs
        validator = RequestValidator(simulator.auth_token)
        assert validator.validate(asked.url, {}, asked.headers["x-twilio-signature"])


def test_a_file_larger_than_a_document_is_measured() -> None:
    files = Files(audio(wav(60, 48_000)), "<Play loop='2'>/moved.wav</Play>")
    with Simulator() as simulator:
        caller = simulator.call(files)
        caller.ends("completed")
        assert caller.duration == 120
        assert [request.path for request in files.asked] == ["/moved.wav", "/a.wav"]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (audio(b"", "text/html; charset=utf-8"), 13420),
        (Response(200, [], b""), 13420),
        (Response(404, [("Content-Type", "audio/wav")], wav(1)), 11200),
        (Response(503, [], b""), 11200),
        (Response(302, [("Location", "https://elsewhere.example/a.wav")], b""), 11200),
        (Response(302, [("Location", "/moved.wav")], b""), 11200),
    ],
)
def test_what_cannot_be_played_leads_to_the_fallback(answer: Response, code: int) -> None:
    with Simulator() as simulator:
        number = simulator.account("shop").number("+15550100", Files(answer), fallback="/fallback")
        simulator.call(number).hears(f"sorry, {code} at https://testserver/a.wav")


def test_a_wrong_type_inside_of_a_question_has_a_code_of_its_own() -> None:
    files = Files(audio(b"", "text/plain"), "<Gather><Play>/a.wav</Play></Gather>")
    with Simulator() as simulator:
        number = simulator.account("shop").number("+15550100", files, fallback="/fallback")
        simulator.call(number).hears("sorry, 13325")


def test_failures_can_be_skipped() -> None:
    files = Files(Response(404, [], b""), "<Play>/a.wav</Play><Say>Anyway</Say>")
    with Simulator(config=Config(timeline=True, play_failure="skip")) as simulator:
        simulator.call(files).hears("anyway")


@pytest.mark.parametrize(
    ("kind", "data", "seconds"), [("audio/mpeg", b"ID3", 5.0), ("audio/x-wav", b"", 5.0)]
)
def test_what_has_no_known_length_lasts_as_the_model_says(kind: str, data: bytes, seconds: float) -> None:
    with Simulator() as simulator:
        caller = simulator.call(Files(audio(data, kind), "<Play>/a.wav</Play>"))
        caller.ends("completed")
        assert caller.duration == seconds


def test_nothing_is_fetched_where_it_is_not_wanted() -> None:
    files = Files(audio(wav(12.5)))
    with Simulator(fetch_media=False) as simulator:
        simulator.call(files).ends()
    known = MediaModel(files={"https://testserver/a.wav": 1.0})
    with Simulator(media=known) as simulator:
        caller = simulator.call(files)
        caller.ends()
        assert caller.duration == 1.5
        simulator.call(response("<Play>https://elsewhere.example/b.wav</Play>")).ends("completed")
    assert not files.asked


def test_faults_befall_files_too() -> None:
    files = Files(audio(wav(12.5)))
    with Simulator() as simulator:
        simulator.faults.slow("*.wav", seconds=4, nth=1)
        simulator.faults.failing("*.wav", reason="reset", nth=2)
        caller = simulator.call(files)
        caller.ends("completed")
        assert caller.duration == 0.5 + 4 + 12.5
        simulator.call(files).ends()
        assert [problem.code for problem in simulator.problems][:1] == [11200]


def test_a_prompt_is_interrupted_while_it_is_fetched() -> None:
    files = Files(audio(wav(12.5)), '<Gather numDigits="1" action="/voice"><Play>/a.wav</Play></Gather>')
    with Simulator() as simulator:
        simulator.faults.slow("*.wav", seconds=4)
        caller = simulator.call(files)
        simulator.advance(2)
        files.document = "<Say>Thank you</Say>"
        caller.press("1")
        caller.hears("thank you")
        caller.ends("completed")
        simulator.run_until_idle()
        assert simulator.now < 4
