"""Writes `benches/corpus/`: valid TwiML documents, from 31 bytes to 60 KB, the same on every machine.

python benches/generate_corpus.py           write the documents
python benches/generate_corpus.py --check   fail if a committed one differs
"""

import argparse
import random
import sys
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

CORPUS = Path(__file__).parent / "corpus"
SEED = 20_261_122
SID = "AP00000000000000000000000000000b01"
WORDS = [
    "account",
    "agent",
    "available",
    "balance",
    "billing",
    "branch",
    "button",
    "callback",
    "caller",
    "connect",
    "delivery",
    "department",
    "hold",
    "hour",
    "invoice",
    "language",
    "line",
    "menu",
    "message",
    "minute",
    "moment",
    "monday",
    "number",
    "office",
    "open",
    "operator",
    "opening",
    "order",
    "parcel",
    "payment",
    "please",
    "press",
    "question",
    "queue",
    "record",
    "repeat",
    "return",
    "service",
    "support",
    "thank",
    "ticket",
    "transfer",
    "wait",
    "welcome",
]
TEXTS = (
    "Grüße aus Köln",
    "Bienvenue à l'accueil",
    "ご用件をお選びください",
    "Опис замовлення",
    "R&D <night desk>",
)


def sentence(rng: random.Random, words: int) -> str:
    """Say something of that many words."""
    return " ".join(rng.choices(WORDS, k=words)).capitalize() + "."


def document(body: str) -> str:
    """Wrap verbs into a document."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<Response>\n{body}</Response>\n'


def parameters(rng: random.Random, count: int, length: int) -> str:
    """Write that many parameters with values of about that many characters."""
    rows = []
    for number in range(count):
        value = rng.choice(TEXTS) + " "
        while len(value) < length:
            value += sentence(rng, 6) + " "
        rows.append(
            f"      <Parameter name={quoteattr(f'field{number}')} value={quoteattr(value[:length])}/>\n"
        )
    return "".join(rows)


def dial_application(rng: random.Random, count: int, length: int) -> str:
    """Dial an application with parameters."""
    return document(dial(rng, count, length))


def dial(rng: random.Random, count: int, length: int) -> str:
    """Write the verb that dials an application with parameters."""
    return (
        '  <Dial action="/after" timeout="20" hangupOnStar="true">\n'
        '    <Application customerId="acme-eu" copyParentTo="true">\n'
        f"      <ApplicationSid>{SID}</ApplicationSid>\n"
        f"{parameters(rng, count, length)}"
        "    </Application>\n"
        "  </Dial>\n"
    )


def measured(_: random.Random) -> str:
    """Write the document of the dispatch benches: no blank space, no declaration."""
    return (
        '<Response><Dial action="/after" timeout="20"><Application customerId="acme-eu" copyParentTo="true">'
        f'<ApplicationSid>{SID}</ApplicationSid><Parameter name="ticket" value="T-7"/>'
        '<Parameter name="lang" value="en"/></Application></Dial></Response>'
    )


def say(rng: random.Random) -> str:
    """Greet."""
    return document(f"  <Say voice='alice' language=\"en-GB\">{sentence(rng, 12)}</Say>\n  <Hangup/>\n")


def menu(rng: random.Random) -> str:
    """Ask for a digit."""
    lines = "".join(f"    <Say>{sentence(rng, 7)}</Say>\n    <Pause length='1'/>\n" for _ in range(3))
    return document(
        '  <Gather action="/menu?lang=en&amp;step=2" numDigits="1" timeout="6" input="dtmf speech">\n'
        f"{lines}  </Gather>\n  <Redirect method='POST'>/menu?again=1</Redirect>\n"
    )


def returned(rng: random.Random) -> str:
    """Return values to the dialling application."""
    return document(f"  <Hangup>\n{parameters(rng, 8, 24)}  </Hangup>\n")


def prompts(rng: random.Random) -> str:
    """Speak texts with references, CDATA and other scripts."""
    rows = []
    for number in range(12):
        text = f"{rng.choice(TEXTS)} {sentence(rng, 14)}"
        rows.append(f"<![CDATA[{text}]]>" if number % 3 == 0 else escape(text).replace("ü", "&#xFC;"))
    return document("".join(f"  <Say language='de-DE'>{row}</Say>\n" for row in rows))


def hunt(rng: random.Random) -> str:
    """Ring many numbers at once."""
    rows = "".join(
        f'    <Number statusCallback="https://hooks.example/progress?n={number}&amp;team=night" '
        f'statusCallbackEvent="initiated ringing answered completed" method="POST">'
        f"+1555{rng.randrange(10**7):07}</Number>\n"
        for number in range(10)
    )
    return document(
        f'  <Dial timeout="25" callerId="+15550100" record="record-from-answer">\n{rows}  </Dial>\n'
    )


def markup(rng: random.Random) -> str:
    """Speak with SSML."""
    rows = "".join(
        f'    <p>{sentence(rng, 5)} <break time="300ms"/>'
        f'<prosody rate="slow">{sentence(rng, 6)}</prosody> '
        f'<say-as interpret-as="telephone">+1555{rng.randrange(10**7):07}</say-as></p>\n'
        for _ in range(20)
    )
    return document(f'  <Say voice="Polly.Joanna">\n{rows}  </Say>\n')


def long_speech(rng: random.Random) -> str:
    """Speak one text, nearly as long as one may be: 4,096 characters."""
    return document(f"  <Say>{' '.join(sentence(rng, 18) for _ in range(29))}</Say>\n")


def many_verbs(rng: random.Random) -> str:
    """Run a long list of small verbs."""
    rows = []
    for number in range(240):
        match number % 4:
            case 0:
                rows.append(f"  <Say>{sentence(rng, 8)}</Say>\n")
            case 1:
                rows.append(
                    f'  <Play loop="2">https://media.example/prompts/{rng.randrange(10**6)}.wav</Play>\n'
                )
            case 2:
                rows.append(f'  <Pause length="{rng.randrange(1, 9)}"/>\n')
            case _:
                rows.append(
                    f'  <Gather action="/step/{number}" numDigits="4" finishOnKey="#" timeout="5">\n'
                    f"    <Say>{sentence(rng, 9)}</Say>\n  </Gather>\n"
                )
    return document("".join(rows))


DOCUMENTS: dict[str, Callable[[random.Random], str]] = {
    "01-hangup": lambda _: "<Response><Hangup/></Response>\n",
    "02-application-text": lambda _: f"<Response><Dial><Application>{SID}</Application></Dial></Response>\n",
    "03-application": measured,
    "04-say": say,
    "05-return": returned,
    "06-menu": menu,
    "07-application-20": lambda rng: dial_application(rng, 20, 40),
    "08-hunt": hunt,
    "09-prompts": prompts,
    "10-markup": markup,
    "11-speech": long_speech,
    "12-verbs": many_verbs,
    "13-application-100": lambda rng: dial_application(rng, 100, 250),
    # Two dials: the parameters of one may be 32 KiB together.
    "14-applications-60k": lambda rng: document(dial(rng, 50, 540) + dial(rng, 50, 540)),
}


def content(name: str) -> bytes:
    """Write one document; changing one leaves the others as they are."""
    return DOCUMENTS[name](random.Random(f"{SEED} {name}")).encode()


def stale() -> list[str]:
    """List the documents whose files are missing, or differ from what is written here, or belong to none."""
    found = {path.stem: path.read_bytes() for path in CORPUS.glob("*.twiml")}
    return sorted(
        name for name in found.keys() | DOCUMENTS if name not in DOCUMENTS or found.get(name) != content(name)
    )


def main() -> int:
    """Write or check the corpus."""
    options = argparse.ArgumentParser(description="Write the corpus of the parse benches.")
    options.add_argument("--check", action="store_true", help="only compare")
    if options.parse_args().check:
        wrong = stale()
        if wrong:
            sys.stderr.write(f"differs from what the generator writes: {', '.join(wrong)}\n")
        return 1 if wrong else 0
    CORPUS.mkdir(exist_ok=True)
    for name in DOCUMENTS:
        (CORPUS / f"{name}.twiml").write_bytes(content(name))
    return 0


if __name__ == "__main__":
    sys.exit(main())
